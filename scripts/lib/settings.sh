# shellcheck shell=bash
# A script's settings, chosen once and remembered; sourced after output.sh. The caller sets `state`, `setting_names`,
# `setting_default` (by name) and `settings_prefix`, what the names of environment variables begin with.
# shellcheck disable=SC2034,SC2154

declare -A setting=()
declare -A chosen=()

# load_settings: defaults, under what was remembered, under the environment, under the options in `chosen`.
load_settings() {
  local name variable value
  for name in "${setting_names[@]}"; do setting[$name]=${setting_default[$name]}; done
  if [ -r "$state/settings" ]; then
    while IFS='=' read -r name value; do
      [ -z "${setting_default[$name]+known}" ] || setting[$name]=$value
    done < "$state/settings"
  fi
  for name in "${setting_names[@]}"; do
    variable=${settings_prefix}_${name^^}
    [ -z "${!variable:-}" ] || setting[$name]=${!variable}
    [ -z "${chosen[$name]:-}" ] || setting[$name]=${chosen[$name]}
    case $name in
      address | network) ;;
      *)
        is_number_to_65535 "${setting[$name]}" ||
          die "--${name//_/-} is \"${setting[$name]}\": a number from 1 to 65535 is expected"
        ;;
    esac
  done
}

is_number_to_65535() { [[ $1 =~ ^[1-9][0-9]{0,4}$ ]] && [ "$1" -le 65535 ]; }

save_settings() {
  local name
  for name in "${setting_names[@]}"; do printf '%s=%s\n' "$name" "${setting[$name]}"; done > "$state/settings"
}
