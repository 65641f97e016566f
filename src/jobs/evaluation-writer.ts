import type { EvaluationAnswer } from '../contract/evaluation-record.ts'

/** Writes answers in groups: those that come while one group is written are the next. */
export interface AnswerWriter {
  /** Resolves when it is in the store; false: the evaluation is somebody else's by now. */
  write(answer: EvaluationAnswer): Promise<boolean>
}

export function createAnswerWriter(append: (answers: EvaluationAnswer[]) => Promise<boolean>): AnswerWriter {
  let next: { answers: EvaluationAnswer[]; written: Promise<boolean> } | null = null
  let running: Promise<unknown> = Promise.resolve()
  return {
    write(answer) {
      if (next === null) {
        const answers: EvaluationAnswer[] = []
        const written = running.then(() => {
          next = null
          return append(answers)
        })
        running = written.catch(() => {})
        next = { answers, written }
      }
      next.answers.push(answer)
      return next.written
    },
  }
}
