import { crc32 } from 'node:zlib'

/** One message of `application/vnd.amazon.eventstream` with text headers. */
export function frame(headers: Readonly<Record<string, string>>, payload: string): Buffer {
  const head = Buffer.concat(
    Object.entries(headers).map(([name, value]) => {
      const length = Buffer.alloc(2)
      length.writeUInt16BE(Buffer.byteLength(value))
      return Buffer.concat([
        Buffer.from([name.length]),
        Buffer.from(name),
        Buffer.from([7]),
        length,
        Buffer.from(value),
      ])
    }),
  )
  const body = Buffer.from(payload)
  const prelude = Buffer.alloc(8)
  prelude.writeUInt32BE(16 + head.length + body.length, 0)
  prelude.writeUInt32BE(head.length, 4)
  const started = Buffer.concat([prelude, checksum(prelude), head, body])
  return Buffer.concat([started, checksum(started)])
}

/** An event as Bedrock sends it: a `chunk` wraps the model's own event in base64. */
export function eventFrame(name: string, data: string): Buffer {
  const payload = name === 'chunk' ? JSON.stringify({ bytes: Buffer.from(data).toString('base64'), p: 'abc' }) : data
  return frame({ ':event-type': name, ':content-type': 'application/json', ':message-type': 'event' }, payload)
}

/** An exception in the middle of a stream. */
export function exceptionFrame(type: string, message: string): Buffer {
  const headers = { ':exception-type': type, ':content-type': 'application/json', ':message-type': 'exception' }
  return frame(headers, JSON.stringify({ message }))
}

function checksum(bytes: Buffer): Buffer {
  const sum = Buffer.alloc(4)
  sum.writeUInt32BE(crc32(bytes))
  return sum
}
