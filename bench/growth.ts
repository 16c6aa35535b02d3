/** How fast something grows: the slope of the straight line that fits its measurements best. */
export function growth(measured: readonly (readonly [at: number, value: number])[]): number {
  const mean = (of: (pair: readonly [number, number]) => number) =>
    measured.reduce((sum, pair) => sum + of(pair), 0) / measured.length
  const [meanAt, meanValue] = [mean(([at]) => at), mean(([, value]) => value)]
  const spread = mean(([at]) => (at - meanAt) ** 2)
  return spread === 0 ? 0 : mean(([at, value]) => (at - meanAt) * (value - meanValue)) / spread
}
