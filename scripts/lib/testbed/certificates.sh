# shellcheck shell=bash
# The testbed's certificate authority and a certificate a host, for what hosts say to each other; sourced after layout.sh.
# shellcheck disable=SC2154

ensure_certificates() {
  local name made=0
  mkdir -p "$state/tls"
  chmod 700 "$state/tls"
  if [ ! -s "$state/tls/ca.pem" ]; then
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 -subj '/CN=datacapsule testbed' \
      -addext keyUsage=critical,keyCertSign -keyout "$state/tls/ca.key" -out "$state/tls/ca.pem"
    rm -f "$state"/tls/h*
  fi
  for name in $(host_names); do
    if [ ! -s "$state/tls/$name.pem" ]; then
      make_certificate "$name"
      made=$((made + 1))
    fi
  done
  note "made: $made"
}

# make_certificate HOST: for its address, as server and as client.
make_certificate() {
  local base=$state/tls/$1
  openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$1" -keyout "$base.key" -out "$base.csr"
  openssl x509 -req -in "$base.csr" -CA "$state/tls/ca.pem" -CAkey "$state/tls/ca.key" -days 3650 -out "$base.pem.new" \
    -extfile <(
      printf 'basicConstraints=CA:FALSE\n'
      printf 'subjectAltName=IP:%s,DNS:%s\n' "$(address_of "$1")" "$1"
      printf 'keyUsage=digitalSignature,keyEncipherment\nextendedKeyUsage=serverAuth,clientAuth\n'
    )
  rm "$base.csr"
  mv "$base.pem.new" "$base.pem"
}

# install_certificates HOST FOLDER: under every name that libvirtd as server (in libvirtd.conf), libvirtd as client
# (`pkipath` of a URI) and QEMU (`migrate_tls_x509_cert_dir`) look for. QEMU's user must be able to read them.
install_certificates() {
  local folder=$2 role
  mkdir -p "$folder"
  cp "$state/tls/ca.pem" "$folder/cacert.pem"
  cp "$state/tls/$1.pem" "$folder/servercert.pem"
  cp "$state/tls/$1.key" "$folder/serverkey.pem"
  ln -sf servercert.pem "$folder/clientcert.pem"
  ln -sf serverkey.pem "$folder/clientkey.pem"
  ln -sf cacert.pem "$folder/ca-cert.pem"
  for role in server client; do
    ln -sf servercert.pem "$folder/$role-cert.pem"
    ln -sf serverkey.pem "$folder/$role-key.pem"
  done
  chgrp -R libvirt-qemu "$folder"
  chmod 750 "$folder"
  chmod 640 "$folder"/*key.pem
}
