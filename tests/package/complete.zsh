#!/usr/bin/zsh -f
# complete.zsh - the line that a TAB makes of a line, in a zsh at a terminal of its own.
#
#     complete.zsh 'casecast mach'

zmodload zsh/zpty
settings=$(mktemp)
cat >$settings <<'END'
PS1=
autoload -U compinit
compinit -u -D
casecast() { print -r -- "<casecast $*>" }
print READY
END
zpty shell "TERM=dumb zsh -f -i"
zpty -w shell "source $settings"
while zpty -r shell line && [[ $line != *READY* ]]; do :; done
zpty -w -n shell $1$'\t\n'
while zpty -r shell line && [[ $line != *'<casecast '*'>'* ]]; do :; done
print -r -- ${${line##*<}%%>*}
zpty -d shell
rm -f $settings
