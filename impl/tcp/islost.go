package tcp

// lostBySACK is loss detection by RFC 6675 section 4 (IsLost), for systems
// without RACK: a segment is lost if DupThresh segments above it, or more than
// DupThresh-1 segments' worth of bytes, are SACKed. Its pipe is sender.inFlight.
// Rescue retransmissions (NextSeg rule 4) are left to the retransmission timer.
func (c *Conn) lostBySACK() {
	t := c.tx
	above, bytes, mss := uint32(0), uint32(0), uint32(max(c.mss, 1))
	for i := t.tail; i != t.head; {
		i--
		s := t.at(i)
		if s.marks&markSacked != 0 {
			above++
			bytes += s.end - c.startOf(i)
			continue
		}
		if s.marks&markLost == 0 && (above >= reorderingUsual || bytes > (reorderingUsual-1)*mss) {
			t.markLostAt(i)
		}
	}
}
