# host.sh - a site that was there before: an nginx with Debian's first site and servers with locations of their own, in
# which casecast is a guest below CASECAST_PREFIX.  Sourced after stack.sh, whose responders it reaches.
# shellcheck shell=bash disable=SC2154
#
#     private_stack_prepare CASECAST_PREFIX=/films
#     host_make one.localhost       # then $host, its folder
#     responders_start && host_nginx
#     trap 'host_stop; private_end' EXIT
#
#     GUEST_NGINX=PROGRAM …     another nginx than that of this machine

host_default() { # Debian's, on our port
    sed -e "s/listen 80 /listen 127.0.0.1:$port /" -e '/listen \[::\]/d' -e "s:/var/www/html:$host/www:" \
        /etc/nginx/sites-available/default
}

host_server() { # NAME
    cat <<END
server {
    listen 127.0.0.1:$port;
    server_name $1;
    root $host/www;
    location / { try_files \$uri =404; }
    location /api/ { return 200 "api of $1\n"; }
    location /media/ { return 200 "media of $1\n"; }
    location /create/ { return 200 "create of $1\n"; }
    location ~* \.(css|html|jpg|js|m3u8|mp4|svg|vtt)$ { return 200 "a file of $1\n"; }
    include $host/snippets/*.conf;
}
END
}

host_make() { # NAME…: of its servers
    local name
    host=$private/host
    mkdir -p "$host/www" "$host/snippets" "$host/sites"
    printf 'the page of the host\n' >"$host/www/index.html"
    ln -s "$root/nginx" "$host/casecast"
    "$program" nginx --log="$host/casecast.log" >"$host/snippets/routes.conf" || exit
    "$program" nginx pages --log="$host/casecast.log" --pages="$root/nginx/pages" >"$host/snippets/pages.conf" || exit
    sed "s:/run/casecast:$state/run:" "$root/nginx/conf.d.conf" >"$host/conf.d.conf"
    host_default >"$host/sites/default"
    for name; do host_server "$name" >"$host/sites/$name"; done
    cat >"$host/nginx.conf" <<END
$( ((EUID != 0)) || echo 'user root;' )
pid $host/nginx.pid;
events {}
http {
    include /etc/nginx/mime.types;
    access_log $host/host.log combined;
    client_body_temp_path $host/body;
    fastcgi_temp_path $host/fastcgi;
    proxy_temp_path $host/proxy;
    scgi_temp_path $host/scgi;
    uwsgi_temp_path $host/uwsgi;
    include $host/conf.d.conf;
    include $host/sites/*;
}
END
}

host_nginx() { ${GUEST_NGINX:-nginx} -e "$host/error.log" -c "$host/nginx.conf" "$@"; }
host_stop() {
    local pid
    pid=$(cat "$host/nginx.pid" 2>/dev/null) || return 0
    kill "$pid" && process_wait "$pid"
}
