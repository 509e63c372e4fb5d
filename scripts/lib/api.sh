# shellcheck shell=bash
# The capsule API with curl; sourced after output.sh. Tokens and passwords go through pipes, never a command line.
# The caller sets `api_url`.
# shellcheck disable=SC2154

# api VERB PATH TOKEN [curl option...]: prints the answer's body; on anything but 2xx says what the API said, and fails.
api() {
  local verb=$1 path=$2 token=$3 answer status
  shift 3
  answer=$(curl -sS --max-time 60 -X "$verb" -H @<(printf 'Authorization: Bearer %s\n' "$token") -w '\n%{http_code}' \
    "$@" "$api_url$path") || { say "$verb $path: no answer from $api_url"; return 1; }
  status=${answer##*$'\n'}
  answer=${answer%$'\n'*}
  if [[ $status != 2?? ]]; then
    say "$verb $path: $status $(jq -r '"\(.code): \(.description)"' <<< "$answer" 2> /dev/null || printf '%s' "$answer")"
    return 1
  fi
  printf '%s\n' "$answer"
}

# capsules_of TOKEN: the rows of /show, one JSON document a line.
capsules_of() { api POST /show "$1" | jq -c '.status[]'; }

# capsule_row TOKEN VMID
capsule_row() { api POST /show "$1" --data-urlencode "vmid=$2" | jq -c '.status[0]'; }

# command_capsule COMMAND TOKEN VMID: starts it (launchvm, stopvm, deletevm) and waits until it is done.
command_capsule() {
  local answer
  answer=$(api POST "/$1" "$2" --data-urlencode "vmid=$3") || return 1
  wait_operation "$2" "$(jq -r .operation <<< "$answer")" 180
}

# wait_operation TOKEN ID SECONDS
wait_operation() {
  local token=$1 id=$2 end row
  end=$(($(milliseconds) + $3 * 1000))
  while row=$(api GET "/v1/operations/$id" "$token"); do
    case $(jq -r .status <<< "$row") in
      SUCCEEDED) return 0 ;;
      FAILED | CANCELLED)
        say "$(jq -r '"\(.kind) \(.status): \(.error.code // "") \(.error.description // "")"' <<< "$row")"
        return 1
        ;;
    esac
    if [ "$(milliseconds)" -ge "$end" ]; then
      say "the operation is not done after $3 s: $row"
      return 1
    fi
    sleep 0.2
  done
  return 1
}

# wait_settled TOKEN VMID SECONDS: until no command is under way; prints the state.
wait_settled() {
  local end state
  end=$(($(milliseconds) + $3 * 1000))
  while state=$(capsule_row "$1" "$2" | jq -r .state); do
    [[ $state == *_PENDING ]] || { printf '%s\n' "$state"; return 0; }
    [ "$(milliseconds)" -lt "$end" ] || { say "the capsule is still $state after $3 s"; return 1; }
    sleep 0.3
  done
  return 1
}
