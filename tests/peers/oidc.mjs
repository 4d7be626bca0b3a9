// An OpenID Connect provider of other people's making (oidc-provider), as a stand-in for a national identity.
//
//   node oidc.mjs PORT CALLBACK
//
// Anybody in PEOPLE signs in with any password. Some of the tokens are not what they should be; LIES says how.

import { generateKeyPairSync } from "node:crypto";
import { exportJWK, SignJWT } from "jose";
import Provider from "oidc-provider";

const [port, callback] = process.argv.slice(2);
const issuer = `http://127.0.0.1:${port}`;
const PEOPLE = {
  "hoc.vien": ["can-bo"],
  "giang.vien": ["can-bo", "giao-vien"],
  "van.hanh": ["quan-tri"],
  "nguoi.la": ["nhom-khac"],
  "khong.nhom": undefined,
  "co.trong.danh.sach": [],
  "ten la": ["can-bo"],
  hocvien: ["can-bo"],
  cham: ["can-bo"],
  "gia.khoa": ["can-bo"],
  "gia.noi.nhan": ["can-bo"],
  "gia.noi.cap": ["can-bo"],
  "gia.nonce": ["can-bo"],
  "het.han": ["can-bo"],
  "gia.nguoi": ["can-bo"],
};
const groups = new Map(Object.entries(PEOPLE));

async function keyPair(kid) {
  const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  return { publicKey, privateKey, jwk: { ...(await exportJWK(privateKey)), kid, use: "sig", alg: "RS256" } };
}
const ours = await keyPair("khoa-that");
const forged = await keyPair("khoa-that");
const LIES = {
  "gia.khoa": [{}, forged],
  "gia.noi.nhan": [{ aud: "he-thong-khac" }, ours],
  "gia.noi.cap": [{ iss: "https://noi-khac.example" }, ours],
  "gia.nonce": [{ nonce: "cua-luot-khac" }, ours],
  "het.han": [{ iat: 1_000_000_000, exp: 1_000_000_300 }, ours],
  "gia.nguoi": [{ sub: "hoc.vien" }, ours], // userinfo still speaks of somebody else
};

const client = (id, redirect) => ({
  client_id: id,
  client_secret: `khoa-cua-${id}`,
  redirect_uris: [redirect],
  post_logout_redirect_uris: [callback.replace("oauth_callback", "logout")],
});
const provider = new Provider(issuer, {
  clients: [client("hoc-vu-so", callback), client("he-thong-khac", `${issuer}/noi-khac`)],
  jwks: { keys: [ours.jwk] },
  claims: { openid: ["sub"], profile: ["name", "preferred_username", "groups"] },
  pkce: { required: () => true },
  cookies: { keys: ["chi-de-thu"] },
  ttl: {
    AuthorizationCode: (_, code) => (code.accountId === "cham" ? 1 : 60),
    AccessToken: 60,
    IdToken: 60,
    Interaction: 600,
    Session: 600,
    Grant: 600,
  },
  findAccount: (_, id) =>
    groups.has(id) && {
      accountId: id,
      claims: () => ({ sub: id, name: "Họ Tên Riêng", preferred_username: "trùng.tên", groups: groups.get(id) }),
    },
  features: { devInteractions: { enabled: true }, rpInitiatedLogout: { enabled: true } },
});

provider.use(async (ctx, next) => {
  // what an office does when somebody changes post: PUT /nhom/<name> with a JSON list of groups
  if (ctx.method === "PUT" && ctx.path.startsWith("/nhom/")) {
    let body = "";
    for await (const part of ctx.req) body += part;
    groups.set(ctx.path.slice("/nhom/".length), JSON.parse(body));
    ctx.status = 204;
    return;
  }
  await next();
  const lie = LIES[ctx.oidc?.account?.accountId];
  if (ctx.oidc?.route !== "token" || !lie || !ctx.body?.id_token) return;
  const [changes, key] = lie;
  const claims = JSON.parse(Buffer.from(ctx.body.id_token.split(".")[1], "base64url"));
  ctx.body.id_token = await new SignJWT({ ...claims, ...changes })
    .setProtectedHeader({ alg: "RS256", kid: "khoa-that" })
    .sign(key.privateKey);
});

provider.listen(Number(port), "127.0.0.1", () => console.log("ready"));
