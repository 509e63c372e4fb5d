#!/usr/bin/env bash
# Takes a running capsule of this host into another mode, past the routers.
#   switch_vm_script.sh --wdir DIR --mode {maintain|secure} --policy FILE
# More options, and the exit codes: --help, docs/operator.md.
set -euo pipefail
# shellcheck source=../lib/hypervisor.sh
. "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../lib/hypervisor.sh"
run_agent_script switch "$@"
