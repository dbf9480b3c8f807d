// Runs checks one after the other, prints those that failed, and ends with status 1 if any did.
import assert from 'node:assert/strict';

export { assert };

export async function run(checks) {
  let failed = 0;
  for (const [name, check] of Object.entries(checks)) {
    try {
      await check();
    } catch (error) {
      failed++;
      console.log(`FAILED ${name}: ${error.stack}`, error.response ? JSON.stringify(error.response) : '');
    }
  }
  const all = Object.keys(checks).length;
  console.log(`${all - failed} of ${all} checks passed`);
  process.exit(failed ? 1 : 0);
}
