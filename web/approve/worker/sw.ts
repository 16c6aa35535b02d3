/** The entry of `/sw.js`. */
import { renew } from './renew.ts'
import type { WorkerScope } from './scope.ts'
import { serve } from './serve.ts'

serve(self as unknown as WorkerScope, renew)
