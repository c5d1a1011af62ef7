package impl

import (
	"hash/fnv"
	"slices"
	"time"
)

// Clone is an independent copy of h: the same verbs give the same results on
// both.
func (h *Host) Clone() *Host {
	c := &Host{cfg: h.cfg, routes: h.routes.Clone(), link: h.link.Clone(), parts: h.parts.Clone(), errors: h.errors}
	h.sock.CopyTo(&c.sock, &c.routes)
	c.frame = slices.Clone(h.frame)
	return c
}

// Fingerprint is a digest of all that decides how the host goes on from now:
// equal for equal states, different with near certainty for others.
func (h *Host) Fingerprint(now time.Duration) uint64 {
	f := fnv.New64a()
	f.Write(h.AppendState(now, nil))
	return f.Sum64()
}

// AppendState appends to b what Fingerprint digests.
func (h *Host) AppendState(now time.Duration, b []byte) []byte {
	b = h.routes.AppendState(b)
	b = h.link.AppendState(now, b)
	return h.sock.AppendState(now, b)
}
