package tcp

import (
	"time"

	"github.com/connspec/connspec/impl/wire"
)

// flag is one yes or no of a connection.
type flag uint64

const (
	passive    flag = 1 << iota // opened by Accept
	orphan                      // Close was called: nobody reads or writes
	readClosed                  // CloseRead or Close was called
	noDelay                     // TCP_NODELAY
	keepalive                   // SO_KEEPALIVE
	wsOK                        // window scaling agreed
	tsOK                        // timestamps agreed
	sackOK                      // SACK agreed
	synDue                      // a SYN or SYN|ACK is to be sent
	synAcked                    // our SYN was acknowledged
	finQueued                   // FIN follows what is in the send buffer
	finApart                    // in a segment of its own
	resetLast                   // a RST follows what was written
	finSent                     // it was sent at least once
	finSeen                     // the peer's FIN is known, at finSeq
	finRead                     // and in order: RCV.NXT is past it
	ackNow                      // an ACK is to be sent, alone if nothing else goes
	ackLast                     // an ACK is to be sent after everything else
	ackForced                   // an empty ACK is to be sent before anything else
	finAhead                    // the FIN is to be sent with the ACK of the SYN, before even a RST
	probeDue                    // a window or keepalive probe is to be sent
	probing                     // the transmit timer is the persist timer
	rtxForce                    // the first segment in flight is to be sent again whatever the window
	rtxDue                      // what is lost is to be sent again, as the window lets it
	rtxNew                      // F-RTO: new data is to be sent before what is lost
	rtxStamped                  // sender.rtxStamp is of the present episode
	frto                        // a timeout may prove spurious (RFC 5682)
	undoable                    // the last reduction may be taken back
	tlpDue                      // a tail loss probe is to be sent
	tlpOut                      // one was sent and not answered yet
	tlpOld                      // it was old data
	ecnOK                       // ECN was agreed
	ecnDemand                   // the peer is told of congestion until it says CWR
	ecnCWR                      // the next data says CWR
	ecnSeen                     // a segment came with an ECN codepoint
	cork                        // TCP_CORK
	pushOnce                    // Nagle and cork do not count for what was written so far
	pingPong                    // ACKs wait for a reply to ride on
	ackPushed                   // unacknowledged data had PSH or was short
	ackPushed2                  // twice
	dsackSet                    // dsack is to be reported
	synLost                     // the SYN was sent more than once
	writeWaits                  // data will be written once the connection is there
	held                        // the handshake cannot be completed
	limited                     // a congestion window's worth was in flight in this round
)

// never is the deadline of a timer that is not set.
const never = time.Duration(1<<63 - 1)

// longAgo is before any time that matters.
const longAgo = -never / 2

// Conn is one end of a connection, from before its SYN to CLOSED. The zero
// Conn is CLOSED and may be opened; so may one that is CLOSED again, which
// then keeps its buffers. Copy a Conn with CopyTo only.
type Conn struct {
	cfg   *Config
	pool  *Pool // of buffers; nil: none
	flags flag

	state   State
	endedIn State

	sndWScale, rcvWScale uint8
	retransmits          uint8 // of the oldest segment or the SYN, or probes without answer
	backoff              uint8 // doublings of the timeout
	quick                uint8 // ACKs that will still go at once
	ca                   CAState
	pending              timerKind

	mss    uint16 // most data per segment, options deducted
	rcvMSS uint16 // estimate of the peer's segments
	reply  reply

	// Send sequence space (RFC 9293 section 3.3.1).
	iss, sndUna, sndNxt          uint32
	acked                        uint32 // sequence numbers acknowledged by ACKs of a connection, up to ackedMax
	sndWnd, sndWl1, sndMaxWnd    uint32
	sndSmall                     uint32        // end of the last segment shorter than the MSS
	pushSeq                      uint32        // up to here a PSH was sent
	snd                          ring          // from SND.UNA, or ISS+1 before our SYN is acknowledged
	sndLimit                     uint32        // of snd
	cwnd, ssthresh               uint32        // segments
	tx                           *sender       // nil before the first data or FIN
	rttAt                        time.Duration // when the SYN was sent first
	srtt, rttvar                 time.Duration
	rto                          time.Duration
	fast                         *fastOpen // of an active open with Fast Open
	lastSent, lastRcvd, firstRtx time.Duration
	userTimeout                  time.Duration
	maxSegment                   uint16 // TCP_MAXSEG; 0: none

	// Receive sequence space.
	irs, rcvNxt, rcvWup, rcvWnd uint32 // the window was told at rcvWup
	rcvTarget                   uint32 // largest window to offer now
	rcvLimit                    uint32 // of rcv
	finSeq                      uint32
	rcv                         ring // unread data, ending at RCV.NXT, and what came ahead of it
	ooo                         *reassembly
	dsack                       wire.SACKBlock
	ato                         time.Duration

	tsOffset, tsRecent uint32
	tsRecentAt         time.Duration
	lastInvalid        time.Duration // when an invalid segment was answered last

	// Timers.
	sendAt, ackAt, endAt, keepAt time.Duration

	synRetries uint8
	keepProbes uint8

	sndClass, rcvClass uint8 // size of the next buffers, see Pool
}

// ackedMax is beyond every window (RFC 7323 section 2.3).
const ackedMax = 1 << 31

func (c *Conn) has(f flag) bool { return c.flags&f != 0 }
func (c *Conn) set(f flag)      { c.flags |= f }
func (c *Conn) unset(f flag)    { c.flags &^= f }

func (c *Conn) put(f flag, on bool) {
	c.unset(f)
	if on {
		c.set(f)
	}
}

// State is the connection's state.
func (c *Conn) State() State { return c.state }

// EndedIn is the state in which a connection that is CLOSED was before.
func (c *Conn) EndedIn() State { return c.endedIn }

// PeerClosed says whether all that the peer will ever send is in.
func (c *Conn) PeerClosed() bool { return c.has(finRead) }

// Readable is the number of bytes that Read can give.
func (c *Conn) Readable() int { return int(c.rcv.n) }

// Writable is the number of bytes that Write would take now.
func (c *Conn) Writable() int {
	if c.has(finQueued) || c.snd.n >= c.sndLimit {
		return 0
	}
	switch c.state {
	case StateSynSent, StateSynReceived, StateEstablished, StateCloseWait:
		return int(c.sndLimit - c.snd.n)
	}
	return 0
}

// Unacked is the number of bytes written and not acknowledged yet.
func (c *Conn) Unacked() int { return int(c.snd.n) }

// RTT is the smoothed round-trip time and the present retransmission timeout.
func (c *Conn) RTT() (srtt, rto time.Duration) { return c.srtt, c.rto }

// Retransmits is how often the oldest segment, or the SYN, was sent again.
func (c *Conn) Retransmits() int { return int(c.retransmits) }

// MSS is the most data that one segment will carry, in bytes.
func (c *Conn) MSS() int { return int(c.mss) }

// clear makes c a fresh connection that keeps its buffers.
func (c *Conn) clear(cfg *Config) {
	snd, rcv, tx, ooo := c.snd, c.rcv, c.tx, c.ooo
	*c = Conn{cfg: cfg, pool: c.pool, snd: snd, rcv: rcv, tx: tx, ooo: ooo}
	c.snd.clear()
	c.rcv.clear()
	c.tx.clear()
	c.ooo.clear()
	c.sendAt, c.ackAt, c.endAt, c.keepAt = never, never, never, never
	c.sndLimit, c.rcvLimit = uint32(cfg.SendBuffer), uint32(cfg.ReceiveBuffer)
	c.synRetries = uint8(cfg.SynRetries)
	c.rto = cfg.RTOInitial
	c.ssthresh = ssthreshNone
	c.lastInvalid = -cfg.InvalidLimit
}

// end closes the connection at once and forgets what was to be sent.
func (c *Conn) end() {
	if c.state != StateClosed {
		c.endedIn = c.state
	}
	c.state = StateClosed
	c.unset(synDue | ackNow | ackLast | ackForced | probeDue | probing | rtxForce | rtxDue | rtxNew | tlpDue | tlpOut)
	c.sendAt, c.ackAt, c.endAt, c.keepAt = never, never, never, never
	c.snd.clear()
	c.tx.drop()
}
