package tcp

import "github.com/connspec/connspec/impl/wire"

// scoreboardMax is how many separate ranges of SACKed data are remembered. What
// does not fit is forgotten, as if the peer had not said it.
const scoreboardMax = 32

// scoreboard is what the peer reported beyond SND.UNA, in order (RFC 6675
// section 3). A nil scoreboard is empty.
type scoreboard struct {
	n int
	r [scoreboardMax]wire.SACKBlock
}

func (s *scoreboard) clear() {
	if s != nil {
		s.n = 0
	}
}

// takeSack enters the SACK blocks of an ACK and says whether they brought
// anything new.
func (c *Conn) takeSack(o *wire.TCPOptions) (fresh bool) {
	if !c.has(sackOK) || o.Has&wire.OptionSACK == 0 {
		return false
	}
	for _, b := range o.SACK[:min(o.SACKCount, wire.SACKBlocksMax)] {
		if !seqLT(b.Left, b.Right) || !seqGT(b.Left, c.sndUna) || seqGT(b.Right, c.sndNxt) {
			continue // a duplicate report, or nothing that we sent
		}
		if c.score == nil {
			c.score = new(scoreboard)
		}
		if c.score.add(b) {
			fresh = true
		}
	}
	return fresh
}

// add merges a block in and says whether it was not all there already.
func (s *scoreboard) add(b wire.SACKBlock) bool {
	i := 0
	for i < s.n && seqLT(s.r[i].Right, b.Left) {
		i++
	}
	j := i
	for j < s.n && seqLE(s.r[j].Left, b.Right) {
		if seqLE(s.r[j].Left, b.Left) && seqGE(s.r[j].Right, b.Right) {
			return false
		}
		b.Left, b.Right = seqMin(b.Left, s.r[j].Left), seqMax(b.Right, s.r[j].Right)
		j++
	}
	if i == j && s.n == scoreboardMax {
		return false
	}
	copy(s.r[i+1:], s.r[j:s.n])
	s.n += i + 1 - j
	s.r[i] = b
	return true
}

// advance forgets what lies below una.
func (s *scoreboard) advance(una uint32) {
	if s == nil || s.n == 0 {
		return
	}
	k := 0
	for k < s.n && seqLE(s.r[k].Right, una) {
		k++
	}
	s.n = copy(s.r[:], s.r[k:s.n])
	if s.n > 0 {
		s.r[0].Left = seqMax(s.r[0].Left, una)
	}
}

// highest is the number after the highest data reported, or una.
func (s *scoreboard) highest(una uint32) uint32 {
	if s == nil || s.n == 0 {
		return una
	}
	return s.r[s.n-1].Right
}

// bytes is how much is reported.
func (s *scoreboard) bytes() (n uint32) {
	if s == nil {
		return 0
	}
	for _, b := range s.r[:s.n] {
		n += b.Right - b.Left
	}
	return n
}

// between is how much is reported in [from, to).
func (s *scoreboard) between(from, to uint32) (n uint32) {
	if s == nil {
		return 0
	}
	for _, b := range s.r[:s.n] {
		if l, r := seqMax(b.Left, from), seqMin(b.Right, to); seqLT(l, r) {
			n += r - l
		}
	}
	return n
}

// hole is the first range in [from, limit) that is not reported.
func (s *scoreboard) hole(from, limit uint32) (uint32, uint32) {
	if s == nil {
		return from, limit
	}
	for _, b := range s.r[:s.n] {
		if seqLT(from, b.Left) {
			return from, seqMin(limit, b.Left)
		}
		from = seqMax(from, b.Right)
	}
	return from, limit
}
