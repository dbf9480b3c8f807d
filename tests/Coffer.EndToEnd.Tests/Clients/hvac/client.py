"""Every call of python-hvac that has something to talk to here. Reads VAULT_ADDR and VAULT_TOKEN (root); prints what failed."""
import os
import sys
import traceback

import hvac
from hvac import exceptions

root = hvac.Client(url=os.environ["VAULT_ADDR"], token=os.environ["VAULT_TOKEN"])
checks = []


def check(function):
    checks.append(function)
    return function


def refused(error, call, *arguments, **named):
    try:
        call(*arguments, **named)
    except error as e:
        return e
    raise AssertionError(f"expected {error.__name__}")


@check
def authenticated():
    assert root.is_authenticated()
    assert not hvac.Client(url=root.url, token="s.nonesuch").is_authenticated()


@check
def health_and_seal_status():
    assert root.sys.is_initialized() and not root.sys.is_sealed()
    assert root.sys.read_health_status(method="GET")["initialized"] is True
    assert root.sys.read_health_status().status_code == 200
    assert root.sys.read_seal_status()["sealed"] is False
    assert "ha_enabled" in root.sys.read_leader_status()


@check
def kv_version_1():
    root.sys.enable_secrets_engine("kv", path="one", options={"version": "1"})
    kv = root.secrets.kv.v1
    kv.create_or_update_secret("app/db", {"user": "anna", "n": 12}, mount_point="one")
    assert kv.read_secret("app/db", mount_point="one")["data"] == {"user": "anna", "n": 12}
    kv.create_or_update_secret("app/db", {"user": "berta"}, mount_point="one")
    assert kv.read_secret("app/db", mount_point="one")["data"] == {"user": "berta"}
    assert kv.list_secrets("app", mount_point="one")["data"]["keys"] == ["db"]
    kv.delete_secret("app/db", mount_point="one")
    refused(exceptions.InvalidPath, kv.read_secret, "app/db", mount_point="one")
    root.sys.disable_secrets_engine("one")


@check
def kv_version_2():
    kv = root.secrets.kv.v2
    first = kv.create_or_update_secret("py/app", {"a": "1"}, cas=0)
    assert first["data"]["version"] == 1
    refused(exceptions.InvalidRequest, kv.create_or_update_secret, "py/app", {"a": "2"}, cas=0)
    kv.create_or_update_secret("py/app", {"a": "2", "b": "3"}, cas=1)
    kv.patch("py/app", {"b": "4"})
    assert kv.read_secret_version("py/app")["data"]["data"] == {"a": "2", "b": "4"}
    assert kv.read_secret_version("py/app", version=1)["data"]["data"] == {"a": "1"}
    kv.delete_latest_version_of_secret("py/app")
    refused(exceptions.InvalidPath, kv.read_secret_version, "py/app")
    kv.undelete_secret_versions("py/app", [3])
    assert kv.read_secret_version("py/app")["data"]["metadata"]["version"] == 3
    kv.delete_secret_versions("py/app", [1])
    kv.destroy_secret_versions("py/app", [2])
    versions = kv.read_secret_metadata("py/app")["data"]["versions"]
    assert versions["1"]["deletion_time"] and versions["2"]["destroyed"] is True
    kv.update_metadata("py/app", max_versions=5, cas_required=True, delete_version_after="1h")
    metadata = kv.read_secret_metadata("py/app")["data"]
    assert metadata["max_versions"] == 5 and metadata["cas_required"] and metadata["delete_version_after"] == "1h0m0s"
    assert kv.list_secrets("py")["data"]["keys"] == ["app"]
    kv.delete_metadata_and_all_versions("py/app")
    refused(exceptions.InvalidPath, kv.read_secret_metadata, "py/app")


@check
def kv_version_2_configuration():
    root.sys.enable_secrets_engine("kv-v2", path="two")
    kv = root.secrets.kv.v2
    kv.configure(max_versions=3, cas_required=False, mount_point="two")
    assert kv.read_configuration(mount_point="two")["data"]["max_versions"] == 3
    for n in range(5):
        kv.create_or_update_secret("many", {"n": n}, mount_point="two")
    assert sorted(kv.read_secret_metadata("many", mount_point="two")["data"]["versions"]) == ["3", "4", "5"]
    root.sys.disable_secrets_engine("two")


@check
def plain_read_write_list_delete():
    root.write("cubbyhole/mine", k="v")
    assert root.read("cubbyhole/mine")["data"] == {"k": "v"}
    assert "mine" in root.list("cubbyhole/")["data"]["keys"]
    root.delete("cubbyhole/mine")
    assert root.read("cubbyhole/mine") is None


@check
def policies():
    text = 'path "secret/data/py/*" { capabilities = ["read"] }'
    root.sys.create_or_update_policy("py-reader", text)
    assert root.sys.read_policy("py-reader")["data"]["rules"] == text
    assert "py-reader" in root.sys.list_policies()["data"]["policies"]
    root.secrets.kv.v2.create_or_update_secret("py/shown", {"k": "v"})
    token = root.auth.token.create(policies=["py-reader"], ttl="1h")["auth"]["client_token"]
    reader = hvac.Client(url=root.url, token=token)
    assert reader.secrets.kv.v2.read_secret_version("py/shown")["data"]["data"] == {"k": "v"}
    refused(exceptions.Forbidden, reader.secrets.kv.v2.create_or_update_secret, "py/shown", {"k": "w"})
    refused(exceptions.Forbidden, reader.sys.list_policies)
    able = root.sys.get_capabilities(["secret/data/py/x", "secret/data/other"], token=token)
    assert able["data"]["secret/data/py/x"] == ["read"] and able["data"]["secret/data/other"] == ["deny"], able
    root.sys.delete_policy("py-reader")


@check
def tokens():
    made = root.auth.token.create(policies=["default"], ttl="1h", meta={"who": "py"}, display_name="py", renewable=True)["auth"]
    token, accessor = made["client_token"], made["accessor"]
    assert made["metadata"] == {"who": "py"} and made["lease_duration"] == 3600
    assert root.auth.token.lookup(token)["data"]["display_name"] == "token-py"
    assert root.auth.token.lookup_accessor(accessor)["data"]["id"] == ""
    assert accessor in root.auth.token.list_accessors()["data"]["keys"]
    own = hvac.Client(url=root.url, token=token)
    assert own.auth.token.lookup_self()["data"]["accessor"] == accessor
    assert own.auth.token.renew_self(increment="2h")["auth"]["lease_duration"] == 7200
    assert root.auth.token.renew(token, increment="30m")["auth"]["client_token"] == token
    root.auth.token.renew_accessor(accessor)
    own.auth.token.revoke_self()
    refused(exceptions.Forbidden, own.auth.token.lookup_self)
    orphan = root.auth.token.create(policies=["default"], no_parent=True)["auth"]
    assert orphan["orphan"] is True
    root.auth.token.revoke_accessor(orphan["accessor"])
    batch = root.auth.token.create(policies=["default"], type="batch", ttl="10m")["auth"]
    assert batch["token_type"] == "batch"


@check
def token_roles():
    root.auth.token.create_or_update_role("py-role", allowed_policies=["default"], orphan=True)
    assert root.auth.token.read_role("py-role")["data"]["orphan"] is True
    assert "py-role" in root.auth.token.list_roles()["data"]["keys"]
    made = root.auth.token.create(role_name="py-role", policies=["default"])["auth"]
    assert made["orphan"] is True and made["policies"] == ["default"]
    root.auth.token.delete_role("py-role")


@check
def mounts_and_auth_methods():
    root.sys.enable_secrets_engine("kv", path="py-kv", description="by hvac", config={"default_lease_ttl": "1h"})
    assert root.sys.list_mounted_secrets_engines()["data"]["py-kv/"]["description"] == "by hvac"
    root.sys.tune_mount_configuration("py-kv", max_lease_ttl="2h")
    assert root.sys.read_mount_configuration("py-kv")["data"]["max_lease_ttl"] == 7200
    root.sys.move_backend("py-kv", "py-moved")
    assert "py-moved/" in root.sys.list_mounted_secrets_engines()["data"]
    error = refused(exceptions.InvalidRequest, root.sys.enable_secrets_engine, "kv", path="py-moved")
    assert "path is already in use" in str(error), error
    root.sys.disable_secrets_engine("py-moved")
    assert "token/" in root.sys.list_auth_methods()["data"]
    assert root.sys.read_auth_method_tuning("token")["data"]["default_lease_ttl"] > 0


@check
def wrapping():
    wrapped = root.write("sys/wrapping/wrap", wrap_ttl="60s", k="v")["wrap_info"]["token"]
    assert root.sys.unwrap(wrapped)["data"] == {"k": "v"}
    refused((exceptions.InvalidRequest, exceptions.Forbidden), root.sys.unwrap, wrapped)
    info = root.auth.token.create(policies=["default"], wrap_ttl="60s")["wrap_info"]
    assert info["creation_path"] == "auth/token/create" and info["ttl"] == 60
    assert root.sys.unwrap(info["token"])["auth"]["client_token"]


@check
def leases_of_ssh_passwords():
    root.sys.enable_secrets_engine("ssh", path="py-ssh")
    root.write("py-ssh/roles/otp", key_type="otp", default_user="ubuntu", cidr_list="10.0.0.0/8")
    made = root.write("py-ssh/creds/otp", ip="10.1.2.3")
    lease = made["lease_id"]
    assert lease.startswith("py-ssh/creds/otp/") and made["data"]["username"] == "ubuntu"
    assert root.sys.read_lease(lease)["data"]["id"] == lease
    assert len(root.sys.list_leases("py-ssh/creds/otp")["data"]["keys"]) == 1
    anyone = hvac.Client(url=root.url)
    assert anyone.write("py-ssh/verify", otp=made["data"]["key"])["data"]["ip"] == "10.1.2.3"
    refused(exceptions.InvalidRequest, anyone.write, "py-ssh/verify", otp=made["data"]["key"])
    root.sys.revoke_lease(lease)
    second = root.write("py-ssh/creds/otp", ip="10.1.2.3")
    root.sys.revoke_prefix("py-ssh/creds")
    refused(exceptions.InvalidRequest, root.sys.read_lease, second["lease_id"])
    refused(exceptions.InvalidRequest, anyone.write, "py-ssh/verify", otp=second["data"]["key"])
    root.sys.disable_secrets_engine("py-ssh")


@check
def audit_devices():
    assert isinstance(root.sys.list_enabled_audit_devices()["data"], dict)


@check
def keys():
    term = root.sys.get_encryption_key_status()["data"]["term"]
    root.sys.rotate_encryption_key()
    assert root.sys.get_encryption_key_status()["data"]["term"] == term + 1


@check
def a_missing_path_is_not_an_outage():
    assert root.read("secret/data/py/none") is None
    refused(exceptions.InvalidPath, root.secrets.kv.v2.read_secret_version, "py/none")


failed = 0
for one in checks:
    try:
        one()
    except Exception:
        failed += 1
        print(f"FAILED {one.__name__}")
        traceback.print_exc(file=sys.stdout)
print(f"{len(checks) - failed} of {len(checks)} checks passed")
sys.exit(1 if failed else 0)
