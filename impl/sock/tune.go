package sock

import "github.com/connspec/connspec/impl/tcp"

// Tune changes how connections begun from now on behave, as sysctls under
// net.ipv4.tcp_* do. The others keep what they began with.
func (l *Layer) Tune(f func(*tcp.Config)) {
	f(&l.cfg.TCP)
	l.wireTCP = shared(l.wireTCP, l.cfg.TCP, l.cfg.MTU)
	l.loopTCP = shared(l.loopTCP, l.cfg.TCP, loopbackMTU)
	l.shareTCP6()
}
