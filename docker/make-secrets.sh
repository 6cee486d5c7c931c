#!/bin/sh
# Makes the secrets of docker-compose.yml, once: passwords, keys, and a certificate authority with one certificate for the
# nodes of KurrentDB. What is there already stays. Needs openssl.
set -eu
folder="${1:-secrets}"
umask 077
mkdir -p "$folder"
cd "$folder"

# make NAME COMMAND...: what the command prints, as the secret of this name.
make() {
  name="$1"
  shift
  [ -e "$name" ] || { "$@" >"$name.new" && mv "$name.new" "$name"; }
}
password() { openssl rand -hex 24; }
uuid() { openssl rand -hex 16 | sed -E 's/^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/\1-\2-4\3-8\4-\5/'; }
admin_key() { printf 'rapport_%s_%s\n' "$(uuid)" "$(openssl rand -base64 32 | tr '+/' '-_' | tr -d '=')"; }
read_store_url() { printf 'postgres://rapport:%s@postgres:5432/rapport\n' "$(cat postgres_password)"; }

make kurrentdb_admin_password password
make kurrentdb_ops_password password
make kurrentdb_rapport_password password
make postgres_password password
make read_store_url read_store_url
make claims_key openssl rand -hex 32
make admin_key admin_key

if [ ! -e ca.crt ]; then
  openssl req -x509 -newkey rsa:2048 -nodes -days 3650 -subj '/O=Rapport/CN=CA of the event store' -keyout ca.key -out ca.crt \
    -addext 'basicConstraints=critical,CA:TRUE' -addext 'keyUsage=critical,keyCertSign,cRLSign' 2>/dev/null
fi
if [ ! -e node.crt ]; then
  printf '%s\n' 'subjectAltName=DNS:kurrentdb,DNS:kurrentdb-2,DNS:kurrentdb-3,DNS:localhost,IP:127.0.0.1' \
    'basicConstraints=CA:FALSE' 'keyUsage=critical,digitalSignature,keyEncipherment' \
    'extendedKeyUsage=serverAuth,clientAuth' >node.ext
  # All nodes of a cluster have certificates of this one name.
  openssl req -newkey rsa:2048 -nodes -subj '/CN=eventstoredb-node' -keyout node.key -out node.csr 2>/dev/null
  openssl x509 -req -in node.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 825 -extfile node.ext -out node.crt.new 2>/dev/null
  mv node.crt.new node.crt
  rm -f node.csr node.ext ca.srl
fi

# Containers read them under users of their own; on this machine the folder keeps others out.
chmod 0444 kurrentdb_*_password postgres_password read_store_url claims_key admin_key ca.crt node.crt node.key
echo "The secrets are in $(pwd). Back up claims_key with the log; keep ca.key elsewhere: no container needs it."
