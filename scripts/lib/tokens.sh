# shellcheck shell=bash
# Development tokens, and the file `env` with them; sourced after api.sh and build.sh. The caller sets `state`, where the
# router's configuration is router.yaml, and `api_url`.
# shellcheck disable=SC2034,SC2154

saved_admin_token() { sed -n "s/^export CAPSULES_ADMIN_TOKEN='\(.*\)'$/\1/p" "$state/env" 2> /dev/null || true; }

# mint SUB EMAIL ROLES TTL
mint() {
  local arguments=(--sub "$1" --email "$2" --ttl "$4")
  [ -z "$3" ] || arguments+=(--roles "$3")
  java "${java_flags[@]}" -jar "$router_jar" token "${arguments[@]}" --config "$state/router.yaml"
}

# Tokens live for a week; they are minted anew when a day of that is over or the router has another key.
ensure_tokens() {
  if [ -s "$state/env" ] && [ -z "$(find "$state/env" -mmin +1440)" ]; then
    # shellcheck source=/dev/null
    . "$state/env"
    if [ "${CAPSULES_URL:-}" = "$api_url" ] && api GET /v1/hosts "$CAPSULES_ADMIN_TOKEN" > /dev/null; then
      note "are valid"
      return
    fi
  fi
  CAPSULES_TOKEN=$(mint researcher researcher@example.org '' 7d)
  CAPSULES_TOKEN_2=$(mint colleague colleague@example.org '' 7d)
  CAPSULES_REVIEWER_TOKEN=$(mint reviewer reviewer@example.org reviewer 7d)
  CAPSULES_ADMIN_TOKEN=$(mint admin admin@example.org admin,operator 7d)
  write_env
  note "minted"
}

write_env() {
  local name
  CAPSULES_URL=$api_url
  (
    umask 077
    for name in CAPSULES_URL CAPSULES_TOKEN CAPSULES_TOKEN_2 CAPSULES_REVIEWER_TOKEN CAPSULES_ADMIN_TOKEN \
      CAPSULES_IMAGE_ID; do
      # Tokens, addresses and ids have no quote in them.
      printf "export %s='%s'\n" "$name" "${!name:-}"
    done > "$state/env.new"
    mv "$state/env.new" "$state/env"
  )
}
