<!doctype html><meta charset="utf-8"><title><?php wp_title(''); ?></title><main>
<?php while (have_posts()) { the_post(); ?><article><h1><?php the_title(); ?></h1><?php the_content(); ?></article>
<?php if (is_singular()) { comments_template(); } } ?></main>
