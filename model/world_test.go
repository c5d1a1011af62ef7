package model

import (
	"reflect"
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

// Comparing two worlds is most of what it takes to keep a set of them. Where a
// struct has padding, each field is compared apart.
func TestWorldsCompareAsMemory(t *testing.T) {
	for _, part := range []reflect.Type{reflect.TypeFor[Socket](), reflect.TypeFor[Thread](), reflect.TypeFor[Frame]()} {
		if used := occupied(part); used != part.Size() {
			t.Errorf("%v takes %d bytes, of which fields use %d: make up the difference with Spare", part, part.Size(), used)
		}
	}
}

// occupied is the size of a type without padding.
func occupied(of reflect.Type) (bytes uintptr) {
	switch of.Kind() {
	case reflect.Struct:
		for i := range of.NumField() {
			bytes += occupied(of.Field(i).Type)
		}
		return bytes
	case reflect.Array:
		return uintptr(of.Len()) * occupied(of.Elem())
	}
	return of.Size()
}
