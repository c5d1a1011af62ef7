package ports

// The range that ephemeral ports are taken from unless the host says
// otherwise: Linux's net.ipv4.ip_local_port_range.
const (
	EphemeralFirst = 32768
	EphemeralLast  = 60999
)

// Chooser picks ephemeral ports by the hash-based algorithm of RFC 6056
// section 3.3.3: a secret offset per destination plus a counter, so that ports
// towards one destination follow each other and nobody else can guess them.
type Chooser struct {
	First, Last uint16
	counter     uint64
}

// Pick finds a port for which free holds. offset is a keyed digest of the
// destination, where the search begins. It fails when it has tried the whole
// range.
func (c *Chooser) Pick(offset uint64, free func(port uint16) bool) (uint16, bool) {
	n := uint64(c.Last) - uint64(c.First) + 1
	start := offset%n + c.counter
	for i := range n {
		port := c.First + uint16((start+i)%n)
		if free(port) {
			c.counter += i + 1
			return port, true
		}
	}
	return 0, false
}
