#!/bin/sh
# Installs what the live tests of Mastodon and WordPress run against, on Debian 12 or newer: snac2 (a small
# Mastodon-compatible server), WordPress, MariaDB and PHP. May be run again. No service is started and none is left
# running: the tests start their own, on private sockets and in temporary folders.
set -eu

say() { printf '%s\n' "install-debian: $*"; }
refuse() { printf '%s\n' "install-debian: $*" >&2; exit 1; }

# Debian keeps daemons in sbin, which is not on everybody's PATH.
PATH="$PATH:/usr/sbin:/sbin"

missing() {
  for pair in snac:snac2 mariadbd:mariadb-server mariadb:mariadb-client php:php-cli; do
    command -v "${pair%%:*}" >/dev/null 2>&1 || printf ' %s' "${pair##*:}"
  done
  [ -f /usr/share/wordpress/wp-includes/version.php ] || printf ' wordpress'
  # mysqlnd and mysqli come with php-mysql; the check needs php itself.
  command -v php >/dev/null 2>&1 && php -m 2>/dev/null | grep -qi '^mysqli$' || printf ' php-mysql'
}

wanted=$(missing)
if [ -z "$wanted" ]; then
  say 'everything is here already.'
  exit 0
fi

command -v apt-get >/dev/null 2>&1 || refuse 'this machine has no apt-get; these packages come from Debian.'
[ "$(id -u)" -eq 0 ] || refuse "must run as root to install:$wanted"

export DEBIAN_FRONTEND=noninteractive
# One mirror out of order (a third party's, say) must not stop the rest; what is missing shows below.
apt-get update -q >/dev/null 2>&1 || say 'apt-get update had problems; trying with the lists there are.'

has() { apt-cache policy "$1" 2>/dev/null | grep 'Candidate:' | grep -qv '(none)'; }

if ! has snac2; then
  codename=$(. /etc/os-release && printf '%s' "${VERSION_CODENAME:-}")
  [ "$codename" = bookworm ] || refuse "the package snac2 is not offered here (Debian ${codename:-unknown})."
  say 'adding bookworm-backports for snac2'
  cat >/etc/apt/sources.list.d/potluck-live-backports.sources <<SOURCES
Types: deb
URIs: http://deb.debian.org/debian
Suites: bookworm-backports
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
SOURCES
  apt-get update -q >/dev/null 2>&1 || say 'apt-get update had problems; trying with the lists there are.'
  has snac2 || refuse 'bookworm-backports cannot be reached, so snac2 cannot be installed.'
fi

# Installing must not start a database or a web server of the machine's own (invoke-rc.d asks this file).
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  printf '#!/bin/sh\nexit 101\n' >"$policy"
  chmod 755 "$policy"
  trap 'rm -f "$policy"' EXIT INT TERM
fi

say "installing:$wanted"
log=$(mktemp)
# shellcheck disable=SC2086 # a list of words
if ! apt-get install -q -y --no-install-recommends $wanted >"$log" 2>&1; then
  tail -n 20 "$log" >&2
  rm -f "$log"
  refuse "apt-get could not install:$wanted"
fi
rm -f "$log"

left=$(missing)
[ -z "$left" ] || refuse "still missing after the installation:$left"
say 'done.'
