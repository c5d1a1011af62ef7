package tcp

import "time"

// hystart ends slow start before a loss does, when ACKs take longer or come in a
// long train: HyStart as Linux has it in CUBIC and has it on (tcp_cubic.c); its
// successor is RFC 9406, which RFC 9438 section 4.10 points to.
type hystart struct {
	found   bool
	samples uint8
	endSeq  uint32        // SND.NXT at the start of the round
	began   time.Duration // when the round began
	lastAck time.Duration // the last ACK of the train
	rtt     time.Duration // least of this round; 0: none
}

const (
	hystartLowWindow = 16 // segments
	hystartAckGap    = 2 * time.Millisecond
	hystartSamples   = 8
	hystartDelayMin  = 4 * time.Millisecond
	hystartDelayMax  = 16 * time.Millisecond
)

// newRound starts a round of slow start, up to the number next.
func (h *hystart) newRound(now time.Duration, next uint32) {
	h.began, h.lastAck, h.endSeq, h.rtt, h.samples = now, now, next, 0, 0
}

// seen takes the round-trip time of an acknowledgement in slow start and says
// whether slow start ends. slack is how long the sender may have held an ACK's
// worth of data back.
func (h *hystart) seen(now, rtt, least, slack time.Duration) bool {
	if now-h.lastAck <= hystartAckGap {
		h.lastAck = now
		if now-h.began > (least+slack)/2 {
			h.found = true
		}
	}
	if h.rtt == 0 || rtt < h.rtt {
		h.rtt = rtt
	}
	if h.samples < hystartSamples {
		h.samples++
	} else if h.rtt > least+min(max(least/8, hystartDelayMin), hystartDelayMax) {
		h.found = true
	}
	return h.found
}
