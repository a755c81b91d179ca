import type { ReservationState } from './state.js';
import type { ReservationStatus } from './types.js';

/** How much of a worker's capacity a reservation takes. */
export const consumes = (status: ReservationStatus): number =>
  status === 'pending' || status === 'accepted' || status === 'wrapping' ? 1 : 0;

export const isOpen = ({ reservationStatus }: ReservationState): boolean => consumes(reservationStatus) === 1;

export const isAccepted = ({ reservationStatus }: ReservationState): boolean =>
  reservationStatus === 'accepted';

export const isPending = ({ reservationStatus }: ReservationState): boolean =>
  reservationStatus === 'pending';
