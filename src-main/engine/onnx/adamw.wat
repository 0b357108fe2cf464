;; AdamW in one pass over memory, four floats at a time. Arrays are 16-byte aligned and zero-padded to a multiple of four.
;; Assembled by scripts/assemble.mjs into adamw.wasm.ts.
(module
  (import "env" "memory" (memory 1 65536 shared))

  ;; Sum of squares of count floats at $g, in double precision.
  (func (export "sumOfSquares") (param $g i32) (param $count i32) (result f64)
    (local $end i32) (local $x v128) (local $low v128) (local $high v128) (local $sum v128)
    (local.set $end (i32.add (local.get $g) (i32.shl (local.get $count) (i32.const 2))))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $g) (local.get $end)))
        (local.set $x (v128.load (local.get $g)))
        (local.set $low (f64x2.promote_low_f32x4 (local.get $x)))
        (local.set $high (f64x2.promote_low_f32x4 (i8x16.shuffle 8 9 10 11 12 13 14 15 0 1 2 3 4 5 6 7 (local.get $x) (local.get $x))))
        (local.set $sum (f64x2.add (local.get $sum)
          (f64x2.add (f64x2.mul (local.get $low) (local.get $low)) (f64x2.mul (local.get $high) (local.get $high)))))
        (local.set $g (i32.add (local.get $g) (i32.const 16)))
        (br $next)))
    (f64.add (f64x2.extract_lane 0 (local.get $sum)) (f64x2.extract_lane 1 (local.get $sum))))

  ;; a += b over count floats.
  (func (export "accumulate") (param $a i32) (param $b i32) (param $count i32)
    (local $end i32)
    (local.set $end (i32.add (local.get $a) (i32.shl (local.get $count) (i32.const 2))))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $a) (local.get $end)))
        (v128.store (local.get $a) (f32x4.add (v128.load (local.get $a)) (v128.load (local.get $b))))
        (local.set $a (i32.add (local.get $a) (i32.const 16)))
        (local.set $b (i32.add (local.get $b) (i32.const 16)))
        (br $next))))

  ;; One update of count parameters at $p, with moments at $m and $v and gradients at $g:
  ;; g' = gradientScale g; m = beta1 m + (1 - beta1) g'; v = beta2 v + (1 - beta2) g'^2;
  ;; p = decay p - rate m / (sqrt(v) * rootScale + epsilon),
  ;; where rate = learningRate / (1 - beta1^t), rootScale = 1 / sqrt(1 - beta2^t), decay = 1 - learningRate weightDecay.
  (func (export "update")
    (param $p i32) (param $m i32) (param $v i32) (param $g i32) (param $count i32)
    (param $gradientScale f32) (param $beta1 f32) (param $beta2 f32)
    (param $rate f32) (param $rootScale f32) (param $epsilon f32) (param $decay f32)
    (local $end i32) (local $gradient v128) (local $first v128) (local $second v128)
    (local $b1 v128) (local $b2 v128) (local $c1 v128) (local $c2 v128)
    (local.set $end (i32.add (local.get $p) (i32.shl (local.get $count) (i32.const 2))))
    (local.set $b1 (f32x4.splat (local.get $beta1)))
    (local.set $b2 (f32x4.splat (local.get $beta2)))
    (local.set $c1 (f32x4.splat (f32.sub (f32.const 1) (local.get $beta1))))
    (local.set $c2 (f32x4.splat (f32.sub (f32.const 1) (local.get $beta2))))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $p) (local.get $end)))
        (local.set $gradient (f32x4.mul (v128.load (local.get $g)) (f32x4.splat (local.get $gradientScale))))
        (local.set $first (f32x4.add
          (f32x4.mul (v128.load (local.get $m)) (local.get $b1))
          (f32x4.mul (local.get $gradient) (local.get $c1))))
        (local.set $second (f32x4.add
          (f32x4.mul (v128.load (local.get $v)) (local.get $b2))
          (f32x4.mul (f32x4.mul (local.get $gradient) (local.get $gradient)) (local.get $c2))))
        (v128.store (local.get $m) (local.get $first))
        (v128.store (local.get $v) (local.get $second))
        (v128.store (local.get $p) (f32x4.sub
          (f32x4.mul (v128.load (local.get $p)) (f32x4.splat (local.get $decay)))
          (f32x4.div
            (f32x4.mul (local.get $first) (f32x4.splat (local.get $rate)))
            (f32x4.add
              (f32x4.mul (f32x4.sqrt (local.get $second)) (f32x4.splat (local.get $rootScale)))
              (f32x4.splat (local.get $epsilon))))))
        (local.set $p (i32.add (local.get $p) (i32.const 16)))
        (local.set $m (i32.add (local.get $m) (i32.const 16)))
        (local.set $v (i32.add (local.get $v) (i32.const 16)))
        (local.set $g (i32.add (local.get $g) (i32.const 16)))
        (br $next)))))
