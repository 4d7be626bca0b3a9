#!/usr/bin/env bash
# Saves all of a course that can't be made anew into one file, and puts it back on an empty machine.
set -euo pipefail
part=""

usage() {
  cat <<'USAGE'
usage: deploy/backup.sh save ROOT FILE
       deploy/backup.sh restore FILE ROOT

save     writes FILE (a tar file, compressed as its name says: .tar.gz, .tar.zst) and FILE.sha256. The services
         must be stopped: a copy made while they write would not fit together. It holds keys and answers: keep it
         encrypted.
restore  puts FILE into ROOT, a checkout of the same version in which nobody has worked yet. Afterwards, with system
         users: deploy/zones/install.sh ROOT gives everything to its zone again.

A gradebook on PostgreSQL is not in it: pg_dump in the same pause.

example: systemctl stop 'hocvuso-*'
         deploy/backup.sh save /srv/hocvuso /backup/hocvuso-2026-11-22.tar.gz
         systemctl start hocvuso-hub hocvuso-site hocvuso-grade hocvuso-certify
USAGE
}

stop() { printf 'backup.sh: %s\n' "$*" >&2; exit 1; }

course_of() { # ROOT: its real path
  [ -f "$1/nbgrader_config.py" ] || stop "$1 is no course folder (nbgrader_config.py is missing)."
  (cd "$1" && pwd -P)
}

refuse_while_running() { # ROOT
  local environment pid
  for environment in /proc/[0-9]*/environ; do
    pid=${environment#/proc/}
    pid=${pid%/environ}
    [ "$pid" != $$ ] || continue
    if { tr '\0' '\n' <"$environment" | grep -qxF "HOCVUSO_ROOT=$1"; } 2>/dev/null; then
      stop "process $pid is at work in $1: stop the services first (systemctl stop 'hocvuso-*')."
    fi
  done
}

save() { # ROOT FILE
  local root file folder
  root=$(course_of "$1")
  file=$(realpath -m "$2")
  [ ! -e "$file" ] || stop "$file is there already: choose another name."
  [[ $file != "$root"/* ]] || stop "a copy inside $root is none: choose a place outside, best on another disk."
  [ -d "$root/var" ] || stop "nobody has worked in $root yet: there is no folder var."
  refuse_while_running "$root"
  local folders=()
  for folder in notebooks source release autograde exchange var; do
    [ ! -e "$root/$folder" ] || folders+=("$folder")
  done
  umask 077
  part=$(dirname "$file")/.part-$$-$(basename "$file") # the name's end says how to compress
  trap '[ -z "$part" ] || rm -f "$part"' EXIT
  tar --create --auto-compress --file "$part" --directory "$root" --exclude=var/logs "${folders[@]}"
  sync "$part"
  mv "$part" "$file"
  (cd "$(dirname "$file")" && sha256sum "$(basename "$file")" >"$file.sha256")
  printf 'saved %s (%s)\n' "$file" "$(du -h "$file" | cut -f1)"
  [ -f "$root/var/grader/gradebook.db" ] ||
    printf 'The gradebook is not in it (PostgreSQL): pg_dump --format=custom, now, before the services start.\n'
}

restore() { # FILE ROOT
  local file root
  [ -f "$1" ] || stop "there is no file $1"
  file=$(realpath "$1")
  root=$(course_of "$2")
  [ ! -e "$root/var" ] || stop "$root holds data already ($root/var): restore into a fresh checkout."
  refuse_while_running "$root"
  if [ -f "$file.sha256" ]; then
    (cd "$(dirname "$file")" && sha256sum --quiet --check "$file.sha256" >&2) ||
      stop "$file is damaged: take another copy."
  fi
  tar --extract --auto-compress --file "$file" --directory "$root" --preserve-permissions
  printf 'restored into %s\n' "$root"
}

case ${1:-} in
  --help | -h) usage ;;
  save | restore)
    [ $# = 3 ] || { usage >&2; stop "$1 needs two places"; }
    "$1" "$2" "$3"
    ;;
  *) usage >&2; stop "save or restore?" ;;
esac
