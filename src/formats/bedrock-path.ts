const modelInPath = /(?:^|\/)model\/([^/]+)\/[\w-]+$/

/** The model, inference profile or ARN in a path of Bedrock's runtime, decoded; null where there is none. */
export function modelInBedrockPath(path: string): string | null {
  const encoded = modelInPath.exec(path)?.[1]
  if (encoded === undefined) return null
  try {
    return decodeURIComponent(encoded)
  } catch {
    return encoded
  }
}
