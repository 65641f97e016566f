import { addressChat, type ChatRequest, openChat, routeNameOf } from './chat.ts'
import { openRoute, type RouteDeps } from './dynamic-routes.ts'
import type { AskedStep, NextStep } from './step.ts'

export interface ChatStepAsk extends ChatRequest {
  index: number
  /** The models of a route are steps of their own, so that each has the next number; else all have this one. */
  countsModels: boolean
  /** What takes over where this fails; null: nothing does. */
  next: NextStep | null
}

/**
 * The step of a chat; where its model is a dynamic route, the first one that this finds, with the others behind it. Throws what
 * `openChat`, `addressChat` and `openRoute` throw.
 */
export function readChatStep(ask: ChatStepAsk, deps: RouteDeps): NextStep {
  const chat = openChat(ask)
  const name = routeNameOf(chat)
  if (name !== null) return openRoute({ ...ask, chat, name }, deps)
  const { index, door, options, next } = ask
  const step: AskedStep = {
    index,
    door,
    options,
    ...addressChat(ask, chat, chat.model, deps.chooseTarget),
    route: null,
    next,
  }
  return () => step
}
