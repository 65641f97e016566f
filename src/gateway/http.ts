import type { IncomingMessage, ServerResponse } from 'node:http'
import { GatewayError } from '../kernel/errors.ts'
import { type BodySource, ClientLeft, type Exchange, type Sink } from './exchange.ts'
import { lastFrame, needsFrames, writeFrame } from './frames.ts'

/** What of an HTTP server's requests is watched: clients that stay silent while they send, or do not read. */
export interface HttpDoor {
  open(req: IncomingMessage, res: ServerResponse): { exchange: Exchange; sink: Sink }
}

export function createHttpDoor(options: { bodyIdleMs: number; drainIdleMs: number }): HttpDoor {
  const silence = createSilenceWatch(options.bodyIdleMs)
  return {
    open: (req, res) => ({
      exchange: {
        method: req.method ?? 'GET',
        url: req.url ?? '/',
        rawHeaders: req.rawHeaders,
        body: createBody(req, silence),
      },
      sink: createSink(req, res, options.drainIdleMs),
    }),
  }
}

function createBody(req: IncomingMessage, silence: SilenceWatch): BodySource {
  const { lengthBytes, hasBody } = readFraming(req.rawHeaders)
  return {
    lengthBytes,
    read: (limitBytes) => (hasBody ? readBody(req, lengthBytes, limitBytes, silence) : Promise.resolve(noBody)),
    async *rest(maxBytes) {
      let received = 0
      for (let piece = await readPiece(req, silence); piece; piece = await readPiece(req, silence)) {
        received += piece.length
        if (received > maxBytes) throw new GatewayError('body_too_large', 'The request body is too large')
        yield piece
      }
    },
  }
}

const noBody = { bytes: Buffer.alloc(0), isWhole: true }

/** By hand: `req.headers` would build an object of all headers, which nothing else here needs. */
function readFraming(rawHeaders: readonly string[]): { lengthBytes: number | null; hasBody: boolean } {
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? ''
    if (name.length === 14 && name.toLowerCase() === 'content-length') {
      const lengthBytes = Number(rawHeaders[at + 1])
      return { lengthBytes, hasBody: lengthBytes > 0 }
    }
    if (name.length === 17 && name.toLowerCase() === 'transfer-encoding') return { lengthBytes: null, hasBody: true }
  }
  return { lengthBytes: 0, hasBody: false }
}

function readBody(
  req: IncomingMessage,
  lengthBytes: number | null,
  limitBytes: number,
  silence: SilenceWatch,
): Promise<{ bytes: Buffer; isWhole: boolean }> {
  // No event will tell of a client that left before anybody listened.
  if (req.destroyed && !req.readableEnded) return Promise.reject(leftWhileSending())
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let length = 0
    const finish = (isWhole: boolean): void => {
      silence.forget(watched)
      const only = chunks.length === 1 ? chunks[0] : undefined
      resolve({ bytes: only ?? Buffer.concat(chunks), isWhole })
    }
    const fail = (error: Error): void => {
      silence.forget(watched)
      reject(error)
    }
    const watched = silence.watch(() => fail(tooSlow(silence.idleMs)))
    // Every request closes in the end: an error is made only for those that were still awaited.
    const onGone = (): void => {
      if (silence.isWatching(watched)) fail(leftWhileSending())
    }
    const onData = (chunk: Buffer): void => {
      watched.isFresh = true
      chunks.push(chunk)
      length += chunk.length
      if (length > limitBytes) {
        req.pause().off('data', onData)
        finish(false)
      } else if (length === lengthBytes) finish(true)
    }
    // What comes after the promise is settled changes nothing, so the listeners may stay: taking off costs as much as putting on.
    req.on('data', onData)
    req.on('close', onGone)
    req.on('error', onGone)
    if (lengthBytes === null) req.on('end', () => finish(true))
  })
}

/**
 * The next piece of a body that was paused, null at its end. By hand, because the request's own iterator destroys the
 * request where reading stops early, and with it the connection on which the error is to be answered.
 */
function readPiece(req: IncomingMessage, silence: SilenceWatch): Promise<Buffer | null> {
  if (req.readableEnded) return Promise.resolve(null)
  if (req.destroyed) return Promise.reject(leftWhileSending())
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      silence.forget(watched)
      req.off('data', onData).off('end', onEnd).off('close', onGone).off('error', onGone)
    }
    const watched = silence.watch(() => {
      stop()
      reject(tooSlow(silence.idleMs))
    })
    const onData = (piece: Buffer): void => {
      req.pause()
      stop()
      resolve(piece)
    }
    const onEnd = (): void => {
      stop()
      resolve(null)
    }
    const onGone = (): void => {
      stop()
      reject(leftWhileSending())
    }
    req.on('data', onData).on('end', onEnd).on('close', onGone).on('error', onGone).resume()
  })
}

function leftWhileSending(): ClientLeft {
  return new ClientLeft('the client left while it sent its body')
}

function tooSlow(idleMs: number): GatewayError {
  return new GatewayError(
    'client_too_slow',
    `No byte of the request body came for ${idleMs} ms: send it without pauses`,
  )
}

interface Watched {
  isFresh: boolean
  onSilence: () => void
  /** Its place among all that are watched; -1 when it is not. */
  place: number
}

interface SilenceWatch {
  idleMs: number
  watch(onSilence: () => void): Watched
  isWatching(watched: Watched): boolean
  forget(watched: Watched): void
}

/** One timer for all bodies that are being read: a timer for each would cost more than reading most of them. */
function createSilenceWatch(idleMs: number): SilenceWatch {
  const all: Watched[] = []
  let timer: NodeJS.Timeout | null = null
  const sweep = (): void => {
    for (const watched of all.toReversed()) {
      if (watched.isFresh) watched.isFresh = false
      else watched.onSilence()
    }
    if (all.length > 0 || !timer) return
    clearInterval(timer)
    timer = null
  }
  return {
    idleMs,
    watch(onSilence) {
      const watched = { isFresh: true, onSilence, place: all.length }
      all.push(watched)
      timer ??= setInterval(sweep, idleMs).unref()
      return watched
    },
    isWatching: ({ place }) => place !== -1,
    forget(watched) {
      const last = watched.place === -1 ? undefined : all.pop()
      if (last && last !== watched) {
        all[watched.place] = last
        last.place = watched.place
      }
      watched.place = -1
    },
  }
}

/** Beyond this size copying costs more than a second piece. */
const oneWriteBytes = 4 * 1024

function createSink(req: IncomingMessage, res: ServerResponse, drainIdleMs: number): Sink {
  let leave: (() => void) | null = null
  let drainTimer: NodeJS.Timeout | null = null
  let isEnded = false
  let isFramed = false

  const left = (): void => {
    if (drainTimer) clearTimeout(drainTimer)
    if (!isEnded) leave?.()
  }
  res.once('close', left)

  return {
    head(status, headers) {
      isFramed = needsFrames(req, status, headers)
      res.writeHead(status, isFramed ? [...headers, 'transfer-encoding', 'chunked'] : headers)
      // Node's own framing sends each piece in four parts, which takes a third of the time that a streamed event takes.
      if (isFramed) res.chunkedEncoding = false
    },
    flush: () => res.flushHeaders(),
    write(chunk) {
      const hasRoom = isFramed ? writeFrame(res, chunk) : res.write(chunk)
      // A client that stops reading would hold the provider's connection for ever.
      if (!hasRoom) drainTimer ??= setTimeout(() => res.destroy(), drainIdleMs)
      return hasRoom
    },
    onDrain(callback) {
      res.once('drain', () => {
        if (drainTimer) clearTimeout(drainTimer)
        drainTimer = null
        callback()
      })
    },
    end(chunk) {
      isEnded = true
      if (isFramed) {
        if (chunk) writeFrame(res, chunk)
        res.end(lastFrame, 'latin1')
      }
      // As a string it goes out in one piece with the head, which costs a tenth less of the whole request than two pieces
      // do; Latin-1 keeps every byte as it is.
      else if (chunk && chunk.length <= oneWriteBytes) res.end(chunk.toString('latin1'), 'latin1')
      else if (chunk) res.end(chunk)
      else res.end()
      if (!req.complete) lingerThenClose(req)
    },
    cut() {
      isEnded = true
      res.destroy()
    },
    onLeave(callback) {
      leave = callback
      if (res.destroyed && !isEnded) callback()
    },
  }
}

/**
 * The answer came before the body was read (it was refused): what still comes is thrown away for a while, since
 * closing at once would reset the connection and destroy the answer on its way.
 */
function lingerThenClose(req: IncomingMessage): void {
  const timer = setTimeout(() => req.destroy(), 2000)
  timer.unref()
  // Who still waits for the body would pause it again.
  req.removeAllListeners('data')
  req.once('close', () => clearTimeout(timer)).resume()
}
