// A certified OpenID provider with a login page of our own: node server.mjs PORT PORTAL_URL CLIENT_ID SECRET
// Whoever names an account of this list is that account; what is typed nowhere is a password.
import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import Provider from 'oidc-provider';

const [port, portal, clientId, clientSecret] = process.argv.slice(2);
const issuer = `http://localhost:${port}`;
const ours = `${portal}/sign-in/certified`;

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const key = { ...privateKey.export({ format: 'jwk' }), use: 'sig', alg: 'RS256', kid: 'test' };

const page = (title, content) => `<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>${title}</title><link rel="icon" href="data:,">
</head><body><main><h1>${title}</h1>${content}</main></body></html>`;

const provider = new Provider(issuer, {
  clients: [{
    client_id: clientId,
    client_secret: clientSecret,
    redirect_uris: [`${ours}/return`],
    post_logout_redirect_uris: [`${portal}/signed-out`],
    backchannel_logout_uri: `${ours}/back-channel-logout`,
    backchannel_logout_session_required: true,
    require_auth_time: true,
  }],
  jwks: { keys: [key] },
  cookies: { keys: [key.d.slice(0, 40)] },
  pkce: { required: () => true },
  acrValues: ['gold'],
  claims: { acr: null, email: ['email', 'email_verified'], openid: ['sub'], profile: ['name'] },
  ttl: { Interaction: 600, Session: 3600, Grant: 3600, IdToken: 300, AccessToken: 300 },
  features: {
    devInteractions: { enabled: false },
    backchannelLogout: { enabled: true },
    rpInitiatedLogout: {
      enabled: true,
      logoutSource(ctx, form) {
        ctx.body = page('Sign out?', `${form}<button form="op.logoutForm" name="logout" value="yes">Sign out</button>`);
      },
    },
  },
  interactions: { url: (_ctx, interaction) => `/login/${interaction.uid}` },
  findAccount: (_ctx, sub) => ({
    accountId: sub,
    claims: () => ({ sub, name: sub, email: `${sub}@certified.example`, email_verified: true }),
  }),
  // The one client is the portal's own: nobody is asked for consent.
  async loadExistingGrant(ctx) {
    const { Grant } = ctx.oidc.provider;
    const known = ctx.oidc.session.grantIdFor(ctx.oidc.client.clientId);
    if (known) return Grant.find(known);
    const grant = new Grant({
      clientId: ctx.oidc.client.clientId, accountId: ctx.oidc.session.accountId,
    });
    grant.addOIDCScope('openid email profile');
    await grant.save();
    return grant;
  },
});

const form = (uid, again) => page(
  again ? 'Sign in once more' : 'Sign in',
  `<form method="post" action="/login/${uid}"><label>Account <input name="account" required></label>
  <button>Sign in</button></form>`,
);

async function login(request, response, uid) {
  if (request.method === 'POST') {
    let body = '';
    for await (const part of request) body += part;
    const account = new URLSearchParams(body).get('account');
    const result = { login: { accountId: account, acr: 'gold', amr: ['pwd', 'otp'] } };
    await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
    return;
  }
  const { prompt, session } = await provider.interactionDetails(request, response);
  if (prompt.name !== 'login') throw new Error(`asked for ${prompt.name}`);
  response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' });
  response.end(form(uid, Boolean(session)));
}

const answer = provider.callback();
createServer((request, response) => {
  const found = /^\/login\/([\w-]+)$/.exec(request.url.split('?')[0]);
  if (!found) return answer(request, response);
  return login(request, response, found[1]).catch((trouble) => {
    response.writeHead(500).end(String(trouble));
  });
}).listen(Number(port), '127.0.0.1', () => console.log('ready'));
