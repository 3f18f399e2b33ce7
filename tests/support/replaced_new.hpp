#pragma once
/// Replaces every form of a program's operator new and delete by make(bytes) and make(bytes, alignment), null where
/// there is no memory, and drop(memory): the one source that includes this has defined them before.

#include <cstddef>
#include <new>

inline void* or_throw(void* memory) {
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

void* operator new(std::size_t n) { return or_throw(make(n)); }
void* operator new[](std::size_t n) { return or_throw(make(n)); }
void* operator new(std::size_t n, std::align_val_t a) { return or_throw(make(n, a)); }
void* operator new[](std::size_t n, std::align_val_t a) { return or_throw(make(n, a)); }
void* operator new(std::size_t n, const std::nothrow_t&) noexcept { return make(n); }
void* operator new[](std::size_t n, const std::nothrow_t&) noexcept { return make(n); }
void* operator new(std::size_t n, std::align_val_t a, const std::nothrow_t&) noexcept { return make(n, a); }
void* operator new[](std::size_t n, std::align_val_t a, const std::nothrow_t&) noexcept { return make(n, a); }
void operator delete(void* p) noexcept { drop(p); }
void operator delete[](void* p) noexcept { drop(p); }
void operator delete(void* p, std::size_t) noexcept { drop(p); }
void operator delete[](void* p, std::size_t) noexcept { drop(p); }
void operator delete(void* p, std::align_val_t) noexcept { drop(p); }
void operator delete[](void* p, std::align_val_t) noexcept { drop(p); }
void operator delete(void* p, std::size_t, std::align_val_t) noexcept { drop(p); }
void operator delete[](void* p, std::size_t, std::align_val_t) noexcept { drop(p); }
void operator delete(void* p, const std::nothrow_t&) noexcept { drop(p); }
void operator delete[](void* p, const std::nothrow_t&) noexcept { drop(p); }
void operator delete(void* p, std::align_val_t, const std::nothrow_t&) noexcept { drop(p); }
void operator delete[](void* p, std::align_val_t, const std::nothrow_t&) noexcept { drop(p); }
