# Shared by build and build-debian: cache, host tools, packages and putting a bootable disk together.
# shellcheck shell=bash

# An ordinary user's PATH lacks the directories of mke2fs and sfdisk.
PATH=$PATH:/usr/sbin:/sbin
export LC_ALL=C

say() { printf '%s\n' "$*" >&2; }
die() { say "${0##*/}: $*"; exit 1; }

is_root() { [ "$(id -u)" = 0 ]; }

# Runs a command that sees our files as root's, so that a build by an ordinary user makes the same image.
as_root() {
	if is_root; then "$@"; else unshare --map-root-user "$@"; fi
}

# need_tools COMMAND:PACKAGE...
need_tools() {
	local pair missing=()
	for pair; do
		command -v "${pair%%:*}" > /dev/null || missing+=("${pair#*:}")
	done
	[ "${#missing[@]}" -gt 0 ] || return 0
	is_root || die "missing on this machine: ${missing[*]} (install them, or run as root once)"
	say "installing ${missing[*]}"
	if ! apt_install "${missing[@]}"; then
		apt-get update >&2 || die "apt-get update failed"
		apt_install "${missing[@]}" || die "can't install ${missing[*]}"
	fi
}

apt_install() {
	DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@" >&2
}

# Prints "'URI' file size hash" for every package, as apt would fetch it now.
resolve() {
	local lines
	if ! lines=$(apt-get download --print-uris "$@" 2> /dev/null) || [ -z "$lines" ]; then
		is_root || die "apt does not know all packages needed (its lists may be empty: run apt-get update)"
		say "updating the package lists"
		apt-get update >&2 || die "apt-get update failed"
		lines=$(apt-get download --print-uris "$@") || die "the configured mirror lacks a package this image needs"
	fi
	printf '%s\n' "$lines" | sort
}

# The package that a meta package such as linux-image-cloud-amd64 stands for.
kernel_package() {
	local name
	resolve linux-image-cloud-amd64 > /dev/null
	name=$(apt-cache depends linux-image-cloud-amd64 | awk '/Depends: linux-image-/ { print $2; exit }')
	[ -n "$name" ] || die "linux-image-cloud-amd64 names no kernel package"
	printf '%s\n' "$name"
}

words_of() { sed 's/#.*//' "$@"; }

# hash_files PATH...: over names, contents and the executable bit, wherever the checkout lies.
hash_files() {
	{
		find "$@" -type f -printf '%p %m\n' | awk '{ print $1, ($2 ~ /[1357]/) }' | sort
		find "$@" -type f -print0 | sort -z | xargs -0 sha256sum
	} | sha256sum | cut -c 1-20
}

# what is set by the recipe.
# shellcheck disable=SC2154
usage() {
	cat <<END
Usage: ${0##*/} [--refresh] [--output FILE]

Builds $what and prints its path.
A finished image is kept under \${DATACAPSULE_CACHE:-~/.cache/datacapsule}/guest and found again by
the contents of this recipe.

  --refresh       ask apt for the packages' versions now, and build anew when they changed
  --output FILE   also copy the image there
  --help          this text
END
}

read_options() {
	refresh=false
	output=
	while [ $# -gt 0 ]; do
		case $1 in
		--refresh) refresh=true ;;
		--output)
			[ $# -ge 2 ] || die "--output needs a file"
			output=$2
			shift
			;;
		--output=*) output=${1#*=} ;;
		-h | --help) usage; exit 0 ;;
		*) usage >&2; exit 2 ;;
		esac
		shift
	done
}

# cached_build NAME RECIPE_HASH: finds the image or calls resolve_versions and build_image, and prints its path.
# resolve_versions prints all that a change of should lead to a new image; build_image gets an empty work
# directory and the file to make.
cached_build() {
	local name=$1 recipe=$2 base link key versions
	base=${DATACAPSULE_CACHE:-${HOME:?neither DATACAPSULE_CACHE nor HOME is set}/.cache/datacapsule}/guest
	mkdir -p "$base"
	base=$(cd "$base" && pwd -P)
	link=$base/$name-recipe-$recipe
	if $refresh || [ ! -f "$link/guest.qcow2" ]; then
		exec 9> "$base/$name.lock"
		flock -n 9 || { say "another build is under way, waiting for it"; flock 9; }
	fi
	if $refresh || [ ! -f "$link/guest.qcow2" ]; then
		prepare
		if $refresh && is_root; then
			say "updating the package lists"
			apt-get update >&2 || die "apt-get update failed"
		fi
		versions=$(resolve_versions)
		key=$(printf '%s\n%s\n' "$recipe" "$versions" | sha256sum | cut -c 1-20)
		key=$name-$key
		if [ ! -f "$base/$key/guest.qcow2" ]; then
			# The lock is ours: what lies here is left from a build that was killed.
			rm -rf "$base/.tmp-$name".*
			work=$(mktemp -d "$base/.tmp-$name.XXXXXX")
			trap 'rm -rf "$work"' EXIT
			trap 'exit 130' INT TERM HUP
			mkdir "$work/tree" "$work/done"
			build_image "$work/tree" "$work/done/guest.qcow2"
			printf '%s\n' "$versions" > "$work/done/versions"
			# Overlays use this file as their base: nothing may ever write to it.
			chmod 444 "$work/done/guest.qcow2"
			chmod 755 "$work/done"
			rm -rf "${base:?}/$key"
			mv "$work/done" "$base/$key"
			rm -rf "$work"
		fi
		ln -sfn "$key" "$link"
		exec 9>&-
	fi
	local image
	image=$(readlink -f "$link/guest.qcow2")
	if [ -n "$output" ]; then
		cp "$image" "$output.new.$$"
		chmod 644 "$output.new.$$"
		mv "$output.new.$$" "$output"
	fi
	printf '%s\n' "$image"
}

# make_disk WORK ROOT BOOT SIZE_MIB BOOT_MIB LABEL OUT [mke2fs option...]
# An MBR disk: a FAT partition with syslinux, for it can be written without mounting, then the root file
# system, which comes last so that it can grow.
make_disk() {
	local work=$1 root=$2 boot=$3 size=$4 boot_mib=$5 label=$6 out=$7
	shift 7
	local disk=$work/disk.raw mbr
	truncate -s "${size}M" "$disk"
	printf '%s\n' 'label: dos' \
		"start=1MiB, size=${boot_mib}MiB, type=c, bootable" \
		"start=$((boot_mib + 1))MiB, type=83" | sfdisk -q "$disk" >&2
	export MTOOLS_SKIP_CHECK=1
	mformat -i "$disk@@1M" -T $((boot_mib * 2048)) -h 64 -s 32 -H 2048 -v GUESTBOOT ::
	mcopy -i "$disk@@1M" "$boot"/* ::/
	syslinux --install --offset $((1024 * 1024)) "$disk"
	for mbr in "$work"/syslinux/usr/lib/syslinux/mbr/mbr.bin /usr/lib/syslinux/mbr/mbr.bin; do
		[ -f "$mbr" ] && break
	done
	[ -f "$mbr" ] || die "syslinux-common has no mbr.bin"
	dd if="$mbr" of="$disk" bs=440 count=1 conv=notrunc status=none
	as_root mke2fs -q -t ext4 -b 4096 -m 0 -L "$label" -d "$root" "$@" \
		-E "offset=$(((boot_mib + 1) * 1024 * 1024)),lazy_itable_init=1" \
		"$disk" "$(((size - boot_mib - 1) * 1024))k" >&2
	qemu-img convert -f raw -O qcow2 "$disk" "$out"
	rm -f "$disk"
}
