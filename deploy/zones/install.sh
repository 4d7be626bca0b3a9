#!/usr/bin/env bash
# Gives each zone of trust (SECURITY.md) a system user of its own, and each folder of a course to one of them.
#
# The rule: a folder belongs to the one who writes it; its group is the one who reads it. Folders that pass
# something on carry the setgid bit, so that what is made in them later is right from its first moment, with the
# umask that the units in this folder set.
set -euo pipefail

usage() {
  cat <<'USAGE'
usage: deploy/zones/install.sh [--prefix NAME] [--units FOLDER] ROOT

Run as root, with the services stopped, after the first build and release. Safe to run again: it puts every
folder back to what the table of zones says.

  ROOT             the course folder (where nbgrader_config.py lies)
  --prefix NAME    system users are called NAME-hub, NAME-site, … (default: hoc)
  --units FOLDER   also write the systemd units there, with ROOT and NAME filled in

example: deploy/zones/install.sh --units /etc/systemd/system /srv/hocvuso
USAGE
}

stop() { printf 'install.sh: %s\n' "$*" >&2; exit 1; }
say() { printf '%s\n' "$*"; }

here=$(cd "$(dirname "$0")" && pwd)
prefix=hoc units="" root=""
while [ $# -gt 0 ]; do
  case $1 in
    --help | -h) usage; exit 0 ;;
    --prefix) [ $# -gt 1 ] || stop "--prefix needs a name"; prefix=$2; shift 2 ;;
    --units) [ $# -gt 1 ] || stop "--units needs a folder"; units=$2; shift 2 ;;
    -*) usage >&2; stop "there is no option $1" ;;
    *) [ -z "$root" ] || stop "one ROOT only"; root=$1; shift ;;
  esac
done
[ -n "$root" ] || { usage >&2; stop "which ROOT?"; }
[ "$(id -u)" = 0 ] || stop "only root may make users and give folders to them: run it with sudo."
[[ $prefix =~ ^[a-z][a-z0-9-]{0,15}$ ]] || stop "a prefix is up to 16 small letters, digits and hyphens"
[ -f "$root/nbgrader_config.py" ] || stop "$root is no course folder (nbgrader_config.py is missing)."
[ -z "$units" ] || [ -d "$units" ] || stop "there is no folder $units"
root=$(cd "$root" && pwd -P)
[ -f "$root/var/grader/gradebook.db" ] || grep -qsE '"released": ?"' "$root/var/editions.json" || # PostgreSQL has no file
  stop "nothing is released in $root yet: run hocvuso build and hocvuso release first."
for command in useradd usermod groupadd setpriv find; do
  command -v "$command" >/dev/null || stop "the command $command is missing (packages passwd, util-linux, findutils)"
done

hub=$prefix-hub site=$prefix-site grader=$prefix-grader issuer=$prefix-issuer trainer=$prefix-trainer
teaching=$prefix-teaching
users=("$hub" "$site" "$grader" "$issuer" "$trainer")

# Folders are changed by their names below; somebody who runs meanwhile could put a link in the way.
for user in "${users[@]}"; do
  if getent passwd "$user" >/dev/null && [ -n "$(find /proc -maxdepth 1 -user "$user" -name '[0-9]*' -print -quit 2>/dev/null)" ]; then
    stop "processes of $user are running: stop the services first (systemctl stop 'hocvuso-*')."
  fi
done

make_user() { # USER HOME [GROUPS]
  if ! getent passwd "$1" >/dev/null; then
    useradd --system --user-group --no-create-home --home-dir "$2" --shell /usr/sbin/nologin "$1"
    say "user   $1"
  fi
  usermod --groups "${3:-}" "$1" # exactly these: what a zone may read is decided here
}

getent group "$teaching" >/dev/null || { groupadd --system "$teaching"; say "group  $teaching"; }
make_user "$hub" /nonexistent
make_user "$site" /nonexistent
make_user "$grader" /nonexistent "$teaching"
make_user "$issuer" /nonexistent
make_user "$trainer" "$root/var/trainer" "$teaching"

top() { # FOLDER OWNER GROUP MODE: the folder alone
  mkdir -p "$root/$1"
  chown -h "$2:$3" "$root/$1"
  chmod "$4" "$root/$1"
  say "folder $(printf '%-30s %s %s:%s' "$1" "$4" "$2" "$3")"
}

whole() { # FOLDER OWNER GROUP MODE FILES: the folder and all in it
  top "$1" "$2" "$3" "$4"
  chown -hR "$2:$3" "$root/$1"
  find "$root/$1" -mindepth 1 -type d -exec chmod "$4" {} +
  find "$root/$1" -type f -exec chmod "$5" {} +
}

#     folder                      owner       group       folders files
chmod go-w "$root"
whole notebooks                   "$grader"   "$teaching" 2770 0660 # keys inside
whole source                      "$grader"   "$teaching" 2750 0640 # keys inside
whole release                     "$grader"   "$teaching" 2755 0644
whole autograde                   "$grader"   "$teaching" 2750 0640
top   exchange                    root        root        0755
top   exchange/hocvuso            root        root        0755
whole exchange/hocvuso/outbound   "$grader"   "$teaching" 2755 0644
whole exchange/hocvuso/staging    "$site"     "$grader"   2770 0660 # the grader clears away what it took in
whole exchange/hocvuso/inbound    "$site"     "$grader"   2770 0660
whole exchange/hocvuso/labs       "$grader"   "$grader"   2770 0660
top   var                         root        "$grader"   1775      # the ledger of editions is replaced in it
whole var/grader                  "$grader"   "$teaching" 2770 0600
whole var/submitted               "$grader"   "$teaching" 2750 0640
whole var/evidence                "$grader"   "$teaching" 2750 0640
whole var/feedback                "$grader"   "$teaching" 2750 0640
whole var/results                 "$grader"   "$site"     2750 0640
whole var/names                   "$grader"   "$site"     2750 0640
whole var/exports                 "$grader"   "$issuer"   2750 0640
whole var/answers                 "$site"     "$grader"   2750 0640
whole var/receipts                "$site"     "$site"     0700 0600
whole var/site                    "$site"     "$site"     0711 0600 # its public key may be read by name
whole var/issuer                  "$issuer"   "$issuer"   0700 0600
whole var/certificates            "$issuer"   "$site"     2750 0640
whole var/published               "$issuer"   "$issuer"   0755 0644
whole var/hub                     "$hub"      "$hub"      0700 0600
top   var/homes                   "$hub"      "$hub"      0700
chown -hR "$hub:$hub" "$root/var/homes"
top   var/trainer                 "$trainer"  "$trainer"  0700
top   var/zones                   root        root        0700
for folder in var/logs var/demo; do # left by one-user runs: names and passwords
  [ ! -d "$root/$folder" ] || whole "$folder" root root 0700 0600
done
[ ! -f "$root/var/grader/gradebook.db" ] || chmod 0660 "$root/var/grader/gradebook.db" # grading by hand
for file in var/editions.json var/editions.lock; do
  [ ! -f "$root/$file" ] || { chown -h "$grader:$grader" "$root/$file"; chmod 0644 "$root/$file"; }
done
[ ! -f "$root/var/site/receipts.pub" ] || chmod 0644 "$root/var/site/receipts.pub"

# What hub and site know each other by. The units hand it to both (LoadCredential); no zone can read this file.
token=$root/var/zones/site-token
if [ ! -s "$token" ]; then
  (umask 077 && head -c 32 /dev/urandom | od -An -vtx1 | tr -d ' \n' >"$token")
  say "token  $token"
fi
chmod 0600 "$token"
settings=$root/var/zones/settings.env
if [ ! -f "$settings" ]; then
  cat >"$settings" <<'SETTINGS'
# Read by all four units (systemctl restart 'hocvuso-*' after a change). docs/installation.md says what they mean.
HOCVUSO_HOST=127.0.0.1
HOCVUSO_PORT=8000
HOCVUSO_HTTPS=1
#HOCVUSO_PUBLIC_URL=https://hocvuso.example.vn
#HOCVUSO_ISSUER_NAME="Tên cơ quan cấp chứng nhận"
SETTINGS
  say "file   $settings"
fi

for user in "${users[@]}"; do
  as=(setpriv --reuid="$user" --regid="$user" --init-groups --)
  (cd / && "${as[@]}" test -r "$root/nbgrader_config.py") ||
    stop "$user can't reach $root: let everyone enter the folders above it (chmod o+x)."
  [ ! -e "$root/.venv/bin/python" ] || (cd / && "${as[@]}" "$root/.venv/bin/python" -c pass 2>/dev/null) ||
    stop "$user can't run $root/.venv/bin/python: its Python must lie where everyone may run it, such as /usr."
done

if [ -n "$units" ]; then
  for unit in "$here"/*.service; do
    sed -e "s#/srv/hocvuso#$root#g" -e "s#=hoc-#=$prefix-#g" "$unit" >"$units/$(basename "$unit")"
    say "unit   $units/$(basename "$unit")"
  done
fi
say "Done: each zone of $root has a user of its own."
