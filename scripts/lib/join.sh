# shellcheck shell=bash
# Making machines hosts; sourced after api.sh and build.sh. The caller sets `api_url`.
# shellcheck disable=SC2154

# join_token TOKEN HOST ADDRESSES: prints a join token.
join_token() {
  api POST /v1/hosts/join-tokens "$1" --data-urlencode "host=$2" --data-urlencode "addresses=$3" | jq -er .token
}

# join_host CONFIG URL COMMAND...: the machine of this agent's configuration becomes a host; the token is read from standard
# input. COMMAND... runs the agent's program, on that machine.
join_host() {
  local config=$1 url=$2
  shift 2
  "$@" join --config "$config" --router "$url" > /dev/null
}
