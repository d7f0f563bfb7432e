/**
 * Asks the registry for known vulnerabilities of what runs in production, and ends with 1 when one is high or critical. A
 * registry that does not answer such questions, as mirrors often do not, is said and is no fault of this code.
 *
 *   npm run audit:dependencies
 */
import { spawnSync } from 'node:child_process';

const asked = spawnSync('npm', ['audit', '--omit=dev', '--audit-level=high', '--json'], { encoding: 'utf8' });
const { metadata, message = asked.stderr.trim().split('\n', 1)[0] } = parse(asked.stdout);

if (metadata) {
  const { high = 0, critical = 0 } = metadata.vulnerabilities;
  console.log(`Dependencies audited: ${high} high, ${critical} critical vulnerabilities.`);
  if (asked.status !== 0) console.log('Run `npm audit --omit=dev` to see which.');
  process.exitCode = asked.status ?? 1;
} else {
  console.log(`Dependencies NOT audited, the registry does not answer: ${message}`);
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}
