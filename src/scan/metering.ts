import type { Detector, Meter } from '../model.ts'
import type { Confirm, Keyed, Metering } from './text-scan.ts'

export function createMetering(meter: Meter): Metering {
  let told = 0
  return {
    run(detector, { effort }, step) {
      const [left, toldBefore] = [effort.left, told]
      step()
      const own = left - effort.left - (told - toldBefore)
      told += own
      meter.spent(detector.id, own)
    }
  }
}

export function meteredConfirm(confirm: Confirm, detector: Detector, metering: Metering | null): Confirm {
  if (metering === null) return confirm
  return (scan, start, end) => metering.run(detector, scan, () => confirm(scan, start, end))
}

export function meteredKeyed(keyed: Keyed, detector: Detector, metering: Metering | null): Keyed {
  if (metering === null) return keyed
  return {
    ...keyed,
    inText: (scan, start, end) => metering.run(detector, scan, () => keyed.inText(scan, start, end)),
    governed: (scan, start, end) => metering.run(detector, scan, () => keyed.governed(scan, start, end))
  }
}
