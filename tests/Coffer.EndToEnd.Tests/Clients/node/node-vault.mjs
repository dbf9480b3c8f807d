// node-vault: only 200 and 204 are success to it, and it uses the legacy PUT paths. VAULT_ADDR, VAULT_TOKEN (root).
import nodeVault from 'node-vault';
import { assert, run } from './checks.mjs';

const root = nodeVault();
const as = (token) => nodeVault({ token });
// A client takes over the token that it makes.
const made = async (call, args) => (await nodeVault()[call](args)).auth;
const status = (code) => (error) => error.response?.statusCode === code;

await run({
  async status() {
    assert.equal((await root.status()).sealed, false);
    assert.equal((await root.initialized()).initialized, true);
    assert.equal((await root.health()).sealed, false);
    assert.ok('ha_enabled' in await root.leader());
  },

  async kvVersion1() {
    await root.mount({ mount_point: 'nv1', type: 'kv', description: 'by node-vault' });
    await root.write('nv1/app', { user: 'anna', n: 12 });
    assert.deepEqual((await root.read('nv1/app')).data, { user: 'anna', n: 12 });
    assert.deepEqual((await root.list('nv1')).data.keys, ['app']);
    await root.delete('nv1/app');
    await assert.rejects(root.read('nv1/app'), status(404));
    await root.unmount({ mount_point: 'nv1' });
  },

  async kvVersion2() {
    assert.equal((await root.write('secret/data/nv/app', { data: { a: '1', b: '2' } })).data.version, 1);
    assert.equal((await root.update('secret/data/nv/app', { data: { b: '3' } })).data.version, 2);
    assert.deepEqual((await root.read('secret/data/nv/app')).data.data, { a: '1', b: '3' });
    assert.deepEqual((await root.read('secret/data/nv/app?version=1')).data.data, { a: '1', b: '2' });
    await root.destroySecretVersions({ path: 'nv/app', versions: [1] });
    await assert.rejects(root.read('secret/data/nv/app?version=1'), status(404));
    await root.delete('secret/metadata/nv/app');
    await assert.rejects(root.read('secret/data/nv/app'), status(404));
  },

  async listWithoutCustomVerbs() {
    await root.write('secret/data/nv/listed', { data: { a: '1' } });
    const plain = nodeVault({ noCustomHTTPVerbs: true });
    assert.ok((await plain.list('secret/metadata/nv')).data.keys.includes('listed'));
  },

  async policies() {
    const rules = 'path "secret/data/nv/*" { capabilities = ["read"] }';
    await root.addPolicy({ name: 'nv-reader', rules });
    assert.equal((await root.getPolicy({ name: 'nv-reader' })).rules, rules);
    assert.ok((await root.policies()).policies.includes('nv-reader'));
    await root.write('secret/data/nv/shown', { data: { a: '1' } });
    const reader = as((await made('tokenCreate', { policies: ['nv-reader'], ttl: '1h' })).client_token);
    assert.deepEqual((await reader.read('secret/data/nv/shown')).data.data, { a: '1' });
    await assert.rejects(reader.write('secret/data/nv/shown', { data: {} }), status(403));
    await root.removePolicy({ name: 'nv-reader' });
  },

  async tokens() {
    const { client_token: token, accessor } = await made('tokenCreate', { policies: ['default'], ttl: '1h', meta: { who: 'node' } });
    assert.equal((await root.tokenLookup({ token })).data.accessor, accessor);
    assert.equal((await root.tokenLookupAccessor({ accessor })).data.id, '');
    assert.ok((await root.tokenAccessors()).data.keys.includes(accessor));
    assert.equal((await as(token).tokenLookupSelf()).data.meta.who, 'node');
    assert.equal((await as(token).tokenRenewSelf({ increment: '2h' })).auth.lease_duration, 7200);
    assert.equal((await made('tokenRenew', { token, increment: '30m' })).client_token, token);
    await root.tokenRevoke({ token });
    await assert.rejects(as(token).tokenLookupSelf(), status(403));
    const orphan = await made('tokenCreateOrphan', { policies: ['default'] });
    assert.equal(orphan.orphan, true);
    await root.tokenRevokeAccessor({ accessor: orphan.accessor });
  },

  async tokenRoles() {
    await root.addTokenRole({ role_name: 'nv-role', allowed_policies: 'default', orphan: true });
    assert.equal((await root.getTokenRole({ role_name: 'nv-role' })).data.orphan, true);
    assert.ok((await root.tokenRoles()).data.keys.includes('nv-role'));
    assert.equal((await made('tokenCreateRole', { role_name: 'nv-role', policies: ['default'] })).orphan, true);
    await root.removeTokenRole({ role_name: 'nv-role' });
  },

  async mounts() {
    await root.mount({ mount_point: 'nv-a', type: 'kv' });
    await assert.rejects(root.mount({ mount_point: 'nv-a', type: 'kv' }), /path is already in use/);
    await root.remount({ from: 'nv-a', to: 'nv-b' });
    assert.ok('nv-b/' in await root.mounts());
    await root.unmount({ mount_point: 'nv-b' });
    assert.ok('token/' in await root.auths());
    assert.equal(typeof await root.audits(), 'object');
  },

  async wrapping() {
    const { wrap_info: wrapped } = await root.write('sys/wrapping/wrap', { k: 'v' }, { headers: { 'X-Vault-Wrap-TTL': '60s' } });
    assert.deepEqual((await as(wrapped.token).unwrap({})).data, { k: 'v' });
    await assert.rejects(as(wrapped.token).unwrap({}), (error) => [400, 403].includes(error.response?.statusCode));
  },

  async leases() {
    await root.mount({ mount_point: 'nv-ssh', type: 'ssh' });
    await root.write('nv-ssh/roles/otp', { key_type: 'otp', default_user: 'ubuntu', cidr_list: '10.0.0.0/8' });
    const password = await root.write('nv-ssh/creds/otp', { ip: '10.1.2.3' });
    await root.revoke({ lease_id: password.lease_id });
    await assert.rejects(root.write('nv-ssh/verify', { otp: password.data.key }), status(400));
    await root.unmount({ mount_point: 'nv-ssh' });
  },

  async help() {
    assert.equal(typeof (await root.help('secret/data/x')).help, 'string');
  },
});
