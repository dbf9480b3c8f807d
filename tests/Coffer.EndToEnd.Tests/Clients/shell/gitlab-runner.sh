#!/bin/sh
# What GitLab's runner sends for secrets: a login with the job's token, then one read for each secret, of kv version 2 or any path.
. "$(dirname "$0")/checks.sh"

call POST secret/data/gitlab/db '{"data":{"password":"p","file":"f"}}'
call POST sys/mounts/gitlab-generic '{"type":"kv"}'
call POST gitlab-generic/db '{"password":"q"}'
call PUT sys/policies/acl/gitlab '{"policy":"path \"secret/data/gitlab/*\" { capabilities = [\"read\"] }\npath \"gitlab-generic/*\" { capabilities = [\"read\"] }"}'
call POST auth/token/create '{"policies":["gitlab"],"ttl":"1h","num_uses":10}'
job=$(field .auth.client_token)

root=$VAULT_TOKEN
VAULT_TOKEN=
call PUT auth/nowhere/login '{"role":"job","jwt":"eyJ.e30.x"}'
is "a login where no method is mounted says so" true "$(field '.errors | length > 0')"
VAULT_TOKEN=$job
call GET secret/data/gitlab/db
is "kv version 2" p "$(field .data.data.password)"
call GET gitlab-generic/db
is "any path" q "$(field .data.password)"
call GET secret/data/other/db
is "another project's" 403 "$status"
VAULT_TOKEN=$root
call DELETE sys/mounts/gitlab-generic
finish
