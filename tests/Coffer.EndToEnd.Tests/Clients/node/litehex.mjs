// @litehex/node-vault: checks every reply against a schema. VAULT_ADDR, VAULT_TOKEN (root).
import { Client } from '@litehex/node-vault';
import { assert, run } from './checks.mjs';

const root = new Client();

async function good(reply) {
  const { data, error } = await reply;
  assert.ok(!error, `${error?.message} ${JSON.stringify(error?.cause)}`);
  assert.ok(!data?.errors, JSON.stringify(data));
  return data;
}

async function refused(reply) {
  const { data, error } = await reply;
  assert.ok(error || data?.errors || data === false, `not refused: ${JSON.stringify(data)}`);
}

const mountPath = 'lite';
const path = 'app/db';

await run({
  async status() {
    assert.equal((await good(root.health())).sealed, false);
    assert.equal((await good(root.sealStatus())).initialized, true);
    assert.equal((await good(root.initialized())).initialized, true);
    assert.equal((await good(root.getRootGenerationProgress())).started, false);
  },

  async mounts() {
    await good(root.mount({ mountPath, type: 'kv-v2', description: 'by litehex' }));
    assert.equal((await good(root.mounts())).data['lite/'].options.version, '2');
    await refused(root.mount({ mountPath, type: 'kv-v2' }));
  },

  async configuration() {
    await good(root.kv2.config({ mountPath, max_versions: 5, cas_required: false }));
    assert.equal((await good(root.kv2.readConfig({ mountPath }))).data.max_versions, 5);
  },

  async versions() {
    assert.equal((await good(root.kv2.write({ mountPath, path, data: { a: '1' }, options: { cas: 0 } }))).data.version, 1);
    await refused(root.kv2.write({ mountPath, path, data: { a: '2' }, options: { cas: 0 } }));
    assert.equal((await good(root.kv2.patch({ mountPath, path, data: { b: '2' } }))).data.version, 2);
    assert.deepEqual((await good(root.kv2.read({ mountPath, path }))).data.data, { a: '1', b: '2' });
    // With a version this client garbles a path that has a slash.
    await good(root.kv2.write({ mountPath, path: 'flat', data: { a: '1' } }));
    await good(root.kv2.write({ mountPath, path: 'flat', data: { a: '2' } }));
    assert.deepEqual((await good(root.kv2.read({ mountPath, path: 'flat', version: 1 }))).data.data, { a: '1' });
    assert.deepEqual((await good(root.kv2.subKeys({ mountPath, path }))).data.subkeys, { a: null, b: null });
    await good(root.kv2.deleteLatest({ mountPath, path }));
    await refused(root.kv2.read({ mountPath, path }));
    await good(root.kv2.undelete({ mountPath, path, versions: [2] }));
    await good(root.kv2.delete({ mountPath, path, versions: [1] }));
    await good(root.kv2.destroy({ mountPath, path, versions: [1] }));
    assert.equal((await good(root.kv2.read({ mountPath, path }))).data.metadata.version, 2);
  },

  async metadata() {
    await good(root.kv2.writeMetadata({ mountPath, path, custom_metadata: { team: 'a' }, max_versions: 3 }));
    const metadata = (await good(root.kv2.readMetadata({ mountPath, path }))).data;
    assert.deepEqual(metadata.custom_metadata, { team: 'a' });
    assert.deepEqual((await good(root.kv2.list({ mountPath, path: 'app' }))).data.keys, ['db']);
    await good(root.kv2.deleteMetadata({ mountPath, path }));
    await refused(root.kv2.readMetadata({ mountPath, path }));
  },

  async kvVersion1() {
    await good(root.mount({ mountPath: 'lite1', type: 'kv' }));
    await good(root.kv.write({ mountPath: 'lite1', path: 'x', data: { user: 'anna' } }));
    assert.equal((await good(root.kv.read({ mountPath: 'lite1', path: 'x' }))).data.user, 'anna');
    await good(root.kv.delete({ mountPath: 'lite1', path: 'x' }));
    await good(root.unmount({ mountPath: 'lite1' }));
  },

  async plainCalls() {
    await good(root.write({ path: 'cubbyhole/lite', data: { k: 'v' } }));
    assert.deepEqual((await good(root.read({ path: 'cubbyhole/lite' }))).data, { k: 'v' });
    assert.ok((await good(root.list({ path: 'cubbyhole' }))).data.keys.includes('lite'));
    await good(root.delete({ path: 'cubbyhole/lite' }));
    assert.equal(typeof (await good(root.listDevices())).data, 'object');
  },

  async unmount() {
    await good(root.unmount({ mountPath }));
  },
});
