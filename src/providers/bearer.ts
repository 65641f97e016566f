import type { ProviderAuth } from './provider.ts'

/** `Authorization: Bearer <key>`, as most providers take it. */
export const bearer: ProviderAuth = { in: 'header', name: 'authorization', scheme: 'Bearer' }
