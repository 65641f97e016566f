// Loaded into every test file's process by test/run.ts. A file that leaves a server or a timer behind would never end,
// and the runner has no limit for that: here it fails after a while and says what was left.
const limitMs = 240_000

// The runner itself loads this too, and may take longer than any one file.
if (process.env.NODE_TEST_CONTEXT !== undefined) {
  setTimeout(() => {
    const left = process.getActiveResourcesInfo().join(', ')
    console.error(`${process.argv[1]} did not end within ${limitMs} ms. Still open: ${left}`)
    process.exit(1)
  }, limitMs).unref()
}
