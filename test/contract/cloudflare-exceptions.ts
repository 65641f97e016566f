const alwaysRefused = 'there is no credit here: the call is refused, whatever is in it'

/**
 * What Cloudflare's API has and this one has not, each with the reason. `covers` is the beginning of what is missing
 * (`test/contract/cloudflare-facts.ts`), with or without the method. One that is not needed any more fails the test:
 * take it out.
 */
export const exceptions: readonly { covers: string; reason: string }[] = [
  {
    covers: '/gateways/{}/custom-domains',
    reason: 'no goal: a host of your own is a matter of your own DNS and proxy',
  },
  { covers: 'POST /billing/spending-limit body', reason: alwaysRefused },
  { covers: 'POST /billing/topup body', reason: alwaysRefused },
  { covers: 'POST /billing/topup/config body', reason: alwaysRefused },
]
