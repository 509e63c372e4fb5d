# shellcheck shell=bash
# Keys and passwords of a development deployment; sourced after output.sh. The caller sets `state`.
# shellcheck disable=SC2154

# make_keys: what is missing, and never anew what is there, for the database is encrypted with it.
make_keys() {
  local keys=$state/keys made=0
  if [ ! -s "$keys/router.pem" ] || [ ! -s "$keys/router.pub.pem" ]; then
    openssl genpkey -algorithm ed25519 -out "$keys/router.pem"
    openssl pkey -in "$keys/router.pem" -pubout -out "$keys/router.pub.pem"
    made=1
  fi
  for name in router.secret agent.secret; do
    [ -s "$keys/$name" ] || { openssl rand -base64 32 > "$keys/$name"; made=1; }
  done
  for name in postgres.password guest.password; do
    [ -s "$keys/$name" ] || { random_word 20 > "$keys/$name"; made=1; }
  done
  chmod 600 "$keys"/*
  note "$([ "$made" = 1 ] && echo made || echo are there)"
}

# random_word LENGTH: letters and digits.
random_word() {
  local word
  word=$(openssl rand -base64 $(($1 * 3)) | tr -dc 'A-Za-z0-9')
  printf '%s\n' "${word:0:$1}"
}
