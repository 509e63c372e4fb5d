#!/usr/bin/env bash
# Prints how a capsule of this host is: a key and its value a line.
#   query_vm_status_script.sh --wdir DIR
# More options, and the exit codes: --help, docs/operator.md.
set -euo pipefail
# shellcheck source=../lib/hypervisor.sh
. "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../lib/hypervisor.sh"
run_agent_script query "$@"
