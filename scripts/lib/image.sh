# shellcheck shell=bash
# The small guest image; sourced after api.sh. The caller sets `root` and `state`.
# shellcheck disable=SC2154

build_image() {
  image=$("$root/deploy/guest/build" | tail -n 1)
  [ -s "$image" ] || die "deploy/guest/build made no image"
  note "$(du -m "$image" | cut -f 1) MB"
}

# Its checksum, computed once for a file and time.
image_sum() {
  local key sum
  key=$image:$(stat -c %s:%Y "$image")
  if [ "$(head -n 1 "$state/image.sum" 2> /dev/null)" = "$key" ]; then
    tail -n 1 "$state/image.sum"
    return
  fi
  sum=$(sha256sum "$image" | cut -d ' ' -f 1)
  printf '%s\n%s\n' "$key" "$sum" > "$state/image.sum"
  printf '%s\n' "$sum"
}

registered_image() {
  api GET /v1/images "$CAPSULES_TOKEN" |
    jq -r --arg sum "$1" '[.images[] | select(.sha256 == $sum and .imageStatus == "ACTIVE") | .imageId][0] // empty'
}

# register_image SUM PREFIX: prints the id.
register_image() {
  api POST /v1/images "$CAPSULES_ADMIN_TOKEN" \
    --data-urlencode "imageName=$2-${1:0:8}" --data-urlencode public=true \
    --data-urlencode "imageDescription=The small guest of deploy/guest" --data-urlencode "sha256=$1" \
    --data-urlencode "sizeBytes=$(stat -c %s "$image")" | jq -r .imageId
}
