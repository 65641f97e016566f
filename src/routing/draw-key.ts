/** By what percentages are drawn. */
export interface DrawKey {
  by: 'session' | 'user' | 'chance'
  key: string
}

/**
 * Requests of one session, and else of one user, take the same branches. `chance`: what stands for a request that has
 * neither.
 */
export function drawKeyOf(
  sessionId: string | null,
  metadata: Readonly<Record<string, string | number | boolean>> | null,
  chance: string,
): DrawKey {
  if (sessionId !== null) return { by: 'session', key: sessionId }
  const user = userNames.map((name) => metadata?.[name]).find((value) => value !== undefined)
  return user === undefined ? { by: 'chance', key: chance } : { by: 'user', key: String(user) }
}

/** What applications usually call the one who uses them. */
const userNames = ['user_id', 'userId', 'user']
