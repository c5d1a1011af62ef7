package ip

import "time"

// Limit bounds how many ICMP errors a host sends (RFC 4443 section 2.4 (f), RFC
// 1812 section 4.3.2.8): a bucket that holds limitBurst and fills by limitRate a
// second (net.ipv4.icmp_msgs_per_sec and icmp_msgs_burst of Linux). The zero Limit
// is full.
type Limit struct {
	used int // of the bucket
	at   time.Duration
	Off  bool // no limit
}

const (
	limitRate  = 1000
	limitBurst = 50
)

// Take says whether one more may be sent now.
func (l *Limit) Take(now time.Duration) bool {
	if l.Off {
		return true
	}
	const each = time.Second / limitRate
	if back := (now - l.at) / each; back > 0 {
		l.used = max(l.used-int(min(back, limitBurst)), 0)
		l.at += back * each
	}
	if l.used == limitBurst {
		return false
	}
	l.used++
	return true
}
