# site.sh - runs what `casecast nginx site` prints, a site with TLS and HTTP/2, with a temporary certificate.  Its paths lie in the
# test's folder, because a test may not write to /etc.  Sourced after stack.sh.
# shellcheck shell=bash disable=SC2154
#
#     site_configure && site_nginx      # then https://localhost:$tls_port, trusting $site/fullchain.pem

site_certificate() {
    openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=video.example.org \
        -addext subjectAltName=DNS:video.example.org,DNS:localhost \
        -keyout "$site/privkey.pem" -out "$site/fullchain.pem" 2>/dev/null
}

site_configure() {
    site=$private/site
    plain_port=$(free_port)
    tls_port=$(free_port)
    mkdir -p "$site/log" "$site/media"
    ln -sfn "$root/nginx" "$site/casecast"
    site_certificate || fail "openssl could not make a certificate"
    "$program" nginx site --name='video.example.org localhost' --tls --http2 --prefix="${site_prefix-}" --media="$site/media" \
        --pages="$root/nginx/pages" --log="$site/log/casecast.log" >"$site/site.txt" || exit 1
    sed -e "s:/etc/letsencrypt/live/video.example.org:$site:" -e '/listen \[::\]/d' \
        -e "s|listen 80;|listen 127.0.0.1:$plain_port;|" \
        -e "s|listen 443 |listen 127.0.0.1:$tls_port |" "$site/site.txt" >"$site/site.conf" || exit 1
    sed "s:/run/casecast:$state/run:" "$root/nginx/conf.d.conf" >"$site/conf.d.conf"
    cat >"$site/nginx.conf" <<END
$( ((EUID != 0)) || echo 'user root;' )
pid $site/nginx.pid;
error_log $site/log/error.log;
events {}
http {
    include /etc/nginx/mime.types;
    client_body_temp_path $site/body;
    fastcgi_temp_path $site/fastcgi;
    proxy_temp_path $site/proxy;
    scgi_temp_path $site/scgi;
    uwsgi_temp_path $site/uwsgi;
    include $site/conf.d.conf;
    include $site/site.conf;
}
END
}

site_nginx() { nginx -e "$site/log/error.log" -c "$site/nginx.conf" "$@"; }

site_stop() {
    local pid
    pid=$(cat "${site-}/nginx.pid" 2>/dev/null) || return 0
    kill "$pid"
    process_wait "$pid"
}
