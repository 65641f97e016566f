import type { Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { refusalBody } from '../gateway/refusal.ts'
import { GatewayError } from '../kernel/errors.ts'

/** Has the server tell clients why a request could not be read as HTTP: in JSON, where Node would say nothing. */
export function answerUnreadable(server: Server): void {
  server.on('clientError', (reason: NodeJS.ErrnoException, socket: Socket) => {
    if (socket.writable && !isAnswering(socket)) socket.write(toAnswer(errorFor(reason)))
    socket.destroy(reason)
  })
}

function errorFor({ code, message }: NodeJS.ErrnoException): GatewayError {
  if (code === 'HPE_HEADER_OVERFLOW')
    return new GatewayError(
      'headers_too_large',
      'The request line and headers are larger than the 64 KiB that are read.',
    )
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT')
    return new GatewayError('client_too_slow', 'The headers of the request did not come within a minute.')
  // llhttp says what it met: "Parse Error: Missing expected LF after header value".
  return new GatewayError('input_invalid', `This is no HTTP/1.1 request: ${message}`)
}

function toAnswer(error: GatewayError): string {
  const body = refusalBody(error)
  const head = ['content-type: application/json', `content-length: ${Buffer.byteLength(body)}`, 'connection: close']
  return `HTTP/1.1 ${error.status} Refused\r\n${head.join('\r\n')}\r\n\r\n${body}`
}

/** Whether a part of an answer is out: a second head behind it would be read as its body. Node's own way to know it. */
function isAnswering(socket: Socket & { _httpMessage?: ServerResponse | null }): boolean {
  return socket._httpMessage?.headersSent === true
}
