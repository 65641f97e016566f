import { type GatewayError, toGatewayError } from '../kernel/errors.ts'

/** Pulled by whoever reads; one who leaves ends it after the look that is under way. */
export function toStream(
  pieces: AsyncGenerator<string>,
  onFailure: (error: GatewayError) => void,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  let hasLeft = false
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        while (!hasLeft) {
          const { value, done } = await pieces.next()
          if (done === true) {
            if (!hasLeft) controller.close()
            return
          }
          if (value === '') continue
          if (!hasLeft) controller.enqueue(encoder.encode(value))
          return
        }
      } catch (error) {
        onFailure(toGatewayError(error))
        throw error
      }
    },
    async cancel() {
      hasLeft = true
      await pieces.return(undefined)
    },
  })
}
