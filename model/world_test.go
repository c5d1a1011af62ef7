package model

import (
	"testing"
	"unsafe"
)

// The default scope of the checker: 2 sockets, 2 threads, one frame on its way
// out. The world as a whole has room for more.
func TestWorldIsSmall(t *testing.T) {
	socket, thread, frame := unsafe.Sizeof(Socket{}), unsafe.Sizeof(Thread{}), unsafe.Sizeof(Frame{})
	t.Logf("socket %d, thread %d, frame %d, world %d bytes", socket, thread, frame, unsafe.Sizeof(World{}))
	for _, c := range []struct {
		what     string
		size, at uintptr
	}{
		{"a scope of 2 sockets and 2 threads", 2*socket + 2*thread, 232},
		{"a world", unsafe.Sizeof(World{}), 800},
	} {
		if c.size > c.at {
			t.Errorf("%s takes %d bytes, want at most %d", c.what, c.size, c.at)
		}
	}
}
