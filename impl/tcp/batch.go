package tcp

import "time"

// Linux sends segments in batches that the NIC, or the way to it, cuts up, and
// sets PSH on the last segment of each (__tcp_transmit_skb). Where segments leave
// one by one, PSH says where a batch would have ended.

const (
	batchBytes = 65535 // sk_gso_max_size
	batchLeast = 2     // segments (tcp_min_tso_segs)
)

// batch is how much of the present batch, which goes on at number from, is left
// in segments of size bytes. quota is what the congestion window lets leave.
func (c *Conn) batch(from, size, quota uint32) uint32 {
	t := c.tx
	if !seqLT(from, t.batchEnd) || t.batchEnd-from > batchBytes {
		k := min(quota, max(c.cwnd/2, 1), c.batchSegments(), uint32(max(c.windowLeft(), 0))/size)
		t.batchEnd, t.batchOne = from+max(k, 1)*size, k < 2
	}
	return t.batchEnd - from
}

// endsBatch says whether n bytes of new data are the end of a batch of several
// segments. It is asked before they leave.
func (c *Conn) endsBatch(from, n, size, quota uint32) bool {
	left, t := c.batch(from, size, quota), c.tx
	if n < left && n%size != 0 {
		t.batchEnd = from // a short segment ends it early
	}
	return n == left && !t.batchOne
}

// batchSegments is how many segments go at once: what a millisecond has room for
// at the connection's rate, more where the peer is near (Linux tcp_tso_autosize).
func (c *Conn) batchSegments() uint32 {
	t, mss := c.tx, uint64(max(c.mss, 1))
	bytes := uint64(batchBytes)
	if c.srtt > 0 {
		ratio := uint64(120)
		if c.cwnd < c.ssthresh/2 {
			ratio = 200
		}
		rate := mss * uint64(max(c.cwnd, t.count())) * ratio / 100 * uint64(time.Second) / uint64(c.srtt)
		bytes = min(rate>>10+batchBytes>>min(t.minRTT/(512*time.Microsecond), 31), batchBytes)
	}
	return uint32(max(bytes/mss, batchLeast))
}
