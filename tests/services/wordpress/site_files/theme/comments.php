<ol id="comments"><?php wp_list_comments(); ?></ol>
