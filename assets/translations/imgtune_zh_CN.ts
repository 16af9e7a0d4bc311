<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN" sourcelanguage="en">
<context>
    <name>Activity</name>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>stopping…</source>
        <translation>正在停止…</translation>
    </message>
</context>
<context>
    <name>App</name>
    <message>
        <source>Starting…</source>
        <translation>正在启动…</translation>
    </message>
</context>
<context>
    <name>BecauseRow</name>
    <message>
        <source>Because of no other edit yet</source>
        <translation>还没有其他修改的影响</translation>
    </message>
    <message>
        <source>Because of these {0} edits</source>
        <translation>因为这 {0} 次修改</translation>
    </message>
    <message>
        <source>Because of this edit</source>
        <translation>因为这次修改</translation>
    </message>
    <message>
        <source>Forget this lesson</source>
        <translation>忘记这次示范</translation>
    </message>
    <message>
        <source>Show the photo</source>
        <translation>显示照片</translation>
    </message>
</context>
<context>
    <name>CatalogWorker</name>
    <message>
        <source>Your edit replaced what another program had set beside it; kept as {0}</source>
        <translation>您的编辑替换了其他程序写在旁边的设置；原设置保留为 {0}</translation>
    </message>
</context>
<context>
    <name>Core</name>
    <message>
        <source>Kept the current model: on {0} photos of {1} shoots that it had not seen, the error went from {2} to {3} J ({4} of {5} shoots and {6} of {7} photos came out worse).</source>
        <translation>保留当前模型：在未见过的 {0} 张照片（{1} 场拍摄）上，误差从 {2} 变为 {3} J（{5} 场拍摄中有 {4} 场、{7} 张照片中有 {6} 张变差）。</translation>
    </message>
    <message>
        <source>Kept the current model: on {0} photos of {1} shoots that it had not seen, the error went from {2} to {3} J, which may be chance ({4} of {5} shoots and {6} of {7} photos came out worse). More corrections will tell.</source>
        <translation>保留当前模型：在未见过的 {0} 张照片（{1} 场拍摄）上，误差从 {2} 变为 {3} J，可能只是偶然（{5} 场拍摄中有 {4} 场、{7} 张照片中有 {6} 张变差）。更多修正会给出答案。</translation>
    </message>
    <message>
        <source>Kept the current model: on {0} photos of {1} shoots that it had not seen, the error stayed at {2} J. The candidate adds nothing to what your corrections have taught already.</source>
        <translation>保留当前模型：在未见过的 {0} 张照片（{1} 场拍摄）上，误差仍为 {2} J。候选模型没有超出您的修正已经教会的内容。</translation>
    </message>
    <message>
        <source>A damaged crop of a photo was skipped.</source>
        <translation>已跳过一张照片损坏的裁剪。</translation>
    </message>
    <message>
        <source>A damaged edit was skipped: {0}.</source>
        <translation>已跳过损坏的编辑：{0}。</translation>
    </message>
    <message>
        <source>A damaged record of a training was skipped: {0}.</source>
        <translation>已跳过损坏的训练记录：{0}。</translation>
    </message>
    <message>
        <source>A version cannot hold {0}; only .onnx, .safetensors and .json.</source>
        <translation>版本中不能包含 {0}；只能是 .onnx、.safetensors 和 .json。</translation>
    </message>
    <message>
        <source>A version needs a {0}; none was staged.</source>
        <translation>版本需要 {0}，但没有提供。</translation>
    </message>
    <message>
        <source>Another imgtune process ({0}) is {1}; wait until it has finished, or close it.</source>
        <translation>另一个 imgtune 进程 ({0}) 正在{1}；请等它完成，或将其关闭。</translation>
    </message>
    <message>
        <source>Cannot write the catalog {0}: {1}.</source>
        <translation>无法写入目录 {0}：{1}。</translation>
    </message>
    <message>
        <source>Cannot write {0}: only {1} kB of its disk are free; free some space or choose another folder.</source>
        <translation>无法写入 {0}：其磁盘仅剩 {1} kB；请释放一些空间或选择其他文件夹。</translation>
    </message>
    <message>
        <source>Cannot write {0}: {1}.</source>
        <translation>无法写入 {0}：{1}。</translation>
    </message>
    <message>
        <source>Cannot write {0}: {1}; make its folder writable.</source>
        <translation>无法写入 {0}：{1}；请使其文件夹可写。</translation>
    </message>
    <message>
        <source>Damaged features of a photo are computed again: {0}.</source>
        <translation>正在重新计算一张照片损坏的特征：{0}。</translation>
    </message>
    <message>
        <source>Damaged stars, flag or colour of a photo were skipped.</source>
        <translation>已跳过一张照片损坏的星级、旗标或色标。</translation>
    </message>
    <message>
        <source>Device or resource busy</source>
        <translation>设备正忙</translation>
    </message>
    <message>
        <source>Disk quota exceeded</source>
        <translation>超出磁盘配额</translation>
    </message>
    <message>
        <source>File is not a zip file</source>
        <translation>不是 zip 文件</translation>
    </message>
    <message>
        <source>File name too long</source>
        <translation>文件名太长</translation>
    </message>
    <message>
        <source>Fine-tuning needs at least {0} corrected photos over {1} shoots, so that the newest shoots (at least {2} photos) can be held out as a test and {3} of two others remain; there are {4} over {5}. Until then the personal head learns from each correction at once.</source>
        <translation>微调至少需要分属 {1} 场拍摄的 {0} 张已修正照片，以便留出最新的几场拍摄 (至少 {2} 张照片) 作为测试，并剩下另外两场的 {3} 张；目前有 {5} 场的 {4} 张。在此之前，每次修正仍会被立即学习。</translation>
    </message>
    <message>
        <source>In 8 bits this model would be {0} J off, more than {1}; export it without --int8.</source>
        <translation>以 8 位存储时此模型会偏差 {0} J，超过 {1}；请存储完整的文件。</translation>
    </message>
    <message>
        <source>Input/output error</source>
        <translation>输入/输出错误</translation>
    </message>
    <message>
        <source>Is a directory</source>
        <translation>是文件夹</translation>
    </message>
    <message>
        <source>Kept the current model: the file made of the candidate does not answer as what was trained does, but {0} J from it.</source>
        <translation>保留当前模型：由候选模型生成的文件与训练所得的结果不一致，相差 {0} J。</translation>
    </message>
    <message>
        <source>Kept the current model: with the candidate {0}% more of the picture would be blown out or blocked up.</source>
        <translation>保留当前模型：使用候选模型会使画面多出 {0}% 的死白或死黑。</translation>
    </message>
    <message>
        <source>No file in {0} is called like a photo in {1}; copies must keep the photo&apos;s name, at least at their beginning.</source>
        <translation>{0} 中没有与 {1} 中的照片同名的文件；副本的名称至少开头要与照片相同。</translation>
    </message>
    <message>
        <source>No space left on device</source>
        <translation>磁盘空间不足</translation>
    </message>
    <message>
        <source>No such device</source>
        <translation>没有此设备</translation>
    </message>
    <message>
        <source>No such file or directory</source>
        <translation>没有此文件或文件夹</translation>
    </message>
    <message>
        <source>Not a directory</source>
        <translation>不是文件夹</translation>
    </message>
    <message>
        <source>Permission denied</source>
        <translation>没有权限</translation>
    </message>
    <message>
        <source>Read-only file system</source>
        <translation>只读文件系统</translation>
    </message>
    <message>
        <source>Stale file handle</source>
        <translation>文件句柄已失效</translation>
    </message>
    <message>
        <source>The catalog was damaged. It was moved to {0} and a new one was made.</source>
        <translation>目录已损坏。它已移至 {0}，并新建了一个目录。</translation>
    </message>
    <message>
        <source>The catalog was missing and a new one was made. {0} lessons and {1} edits were restored.</source>
        <translation>目录缺失，已新建一个。已恢复 {0} 次示范和 {1} 个编辑。</translation>
    </message>
    <message>
        <source>The catalog was not made by imgtune. It was moved to {0} and a new one was made.</source>
        <translation>目录不是由 imgtune 制作的。它已移至 {0}，并新建了一个目录。</translation>
    </message>
    <message>
        <source>The catalog was older than the second copy of its lessons: {0} lessons were restored; edits since then that taught nothing are lost.</source>
        <translation>目录比其示范的备份更旧：已恢复 {0} 次示范；此后未用于教学的编辑已丢失。</translation>
    </message>
    <message>
        <source>The catalog {0} cannot be opened ({1}); move it away.</source>
        <translation>无法打开目录 {0} ({1})；请将其移走。</translation>
    </message>
    <message>
        <source>The catalog {0} is a folder; rename it or choose another place.</source>
        <translation>目录 {0} 是一个文件夹；请将其重命名或选择其他位置。</translation>
    </message>
    <message>
        <source>The catalog {0} is damaged; start imgtune again and it repairs itself.</source>
        <translation>目录 {0} 已损坏；请重新启动 imgtune，它会自行修复。</translation>
    </message>
    <message>
        <source>The catalog {0} is locked by another program; close other imgtune windows (or the program that reads it) and try again.</source>
        <translation>目录 {0} 被另一个程序锁定；请关闭其他 imgtune 窗口 (或读取它的程序) 后重试。</translation>
    </message>
    <message>
        <source>The catalog {0} was written by a newer imgtune; update this one.</source>
        <translation>目录 {0} 由更新版本的 imgtune 写入；请更新此程序。</translation>
    </message>
    <message>
        <source>The catalog {0}. It was moved to {1} and a new one was made.</source>
        <translation>目录有问题 ({0})。它已移至 {1}，并新建了一个目录。</translation>
    </message>
    <message>
        <source>The damaged catalog value {0} was ignored.</source>
        <translation>已忽略目录中损坏的值 {0}。</translation>
    </message>
    <message>
        <source>The damaged catalog {0} cannot be moved aside ({1}); close other imgtune windows and make its folder writable.</source>
        <translation>无法移走损坏的目录 {0} ({1})；请关闭其他 imgtune 窗口，并使其文件夹可写。</translation>
    </message>
    <message>
        <source>The damaged lesson {0} was read from its second copy.</source>
        <translation>损坏的示范 {0} 已从备份中读取。</translation>
    </message>
    <message>
        <source>The damaged lesson {0} was skipped: {1}.</source>
        <translation>已跳过损坏的示范 {0}：{1}。</translation>
    </message>
    <message>
        <source>The fine-tuned model is better: on {0} photos of {1} shoots that it had not seen, the error went from {2} to {3} J.</source>
        <translation>微调后的模型更好：在未见过的 {0} 张照片（{1} 场拍摄）上，误差从 {2} 降到 {3} J。</translation>
    </message>
    <message>
        <source>The lessons are stored, but not their second copy. {0}</source>
        <translation>示范已存储，但其备份未能存储。{0}</translation>
    </message>
    <message>
        <source>The model to pack cannot be read ({0}).</source>
        <translation>无法读取要打包的模型 ({0})。</translation>
    </message>
    <message>
        <source>The name of a preset is one line of 1 to {0} characters.</source>
        <translation>预设的名称应为一行，1 到 {0} 个字符。</translation>
    </message>
    <message>
        <source>The name of a style is one line of at most {0} characters.</source>
        <translation>风格的名称应为一行，最多 {0} 个字符。</translation>
    </message>
    <message>
        <source>The name of a style must be plain text.</source>
        <translation>风格的名称必须是纯文本。</translation>
    </message>
    <message>
        <source>The name of a style must not be empty, nor begin or end in a space.</source>
        <translation>风格的名称不能为空，也不能以空格开头或结尾。</translation>
    </message>
    <message>
        <source>The pack {0} cannot be used: {1}; get it again.</source>
        <translation>无法使用风格文件 {0}：{1}；请重新获取。</translation>
    </message>
    <message>
        <source>The pack&apos;s {0} cannot be used: {1}; get it again.</source>
        <translation>无法使用风格文件中的 {0}：{1}；请重新获取。</translation>
    </message>
    <message>
        <source>The preset {0} cannot be deleted ({1})</source>
        <translation>无法删除预设 {0} ({1})</translation>
    </message>
    <message>
        <source>The preset {0} would set no slider; tick at least one.</source>
        <translation>预设 {0} 不会设置任何滑块；请至少勾选一个。</translation>
    </message>
    <message>
        <source>The style {0} holds {1} lessons and {2} edits; confirm that they are to be deleted with it.</source>
        <translation>风格 {0} 包含 {1} 次示范和 {2} 个编辑；请确认将它们一并删除。</translation>
    </message>
    <message>
        <source>The versions of the style {0} are not with it yet. {1}</source>
        <translation>风格 {0} 的版本尚未随之移动。{1}</translation>
    </message>
    <message>
        <source>There are no corrections to learn from yet; correct some photos.</source>
        <translation>还没有可供学习的修正；请先修正几张照片。</translation>
    </message>
    <message>
        <source>There is a preset {0} already; choose another name.</source>
        <translation>已有名为 {0} 的预设；请选择其他名称。</translation>
    </message>
    <message>
        <source>There is a style {0} already; choose another name.</source>
        <translation>已有名为 {0} 的风格；请选择其他名称。</translation>
    </message>
    <message>
        <source>There is no device {0} here; there is: {1}</source>
        <translation>这里没有设备 {0}；可用的有：{1}</translation>
    </message>
    <message>
        <source>There is no lesson {0}; it was forgotten or replaced before.</source>
        <translation>没有示范 {0}；它已被忘记或替换。</translation>
    </message>
    <message>
        <source>There is no pack {0}; check the name.</source>
        <translation>没有风格文件 {0}；请检查名称。</translation>
    </message>
    <message>
        <source>There is no style {0}; known: {1}.</source>
        <translation>没有风格 {0}；已有：{1}。</translation>
    </message>
    <message>
        <source>There is no style {0}; there are: {1}</source>
        <translation>没有风格 {0}；已有：{1}</translation>
    </message>
    <message>
        <source>There is too little memory for a fine-tune; close other programs and try again.</source>
        <translation>内存不足，无法微调；请关闭其他程序后重试。</translation>
    </message>
    <message>
        <source>This file is no ICC profile; choose another</source>
        <translation>此文件不是 ICC 配置文件；请另选一个</translation>
    </message>
    <message>
        <source>This profile is not of a screen (not RGB); choose another</source>
        <translation>此配置文件不属于屏幕 (不是 RGB)；请另选一个</translation>
    </message>
    <message>
        <source>This spot is clipped; pick a grey that is not quite white</source>
        <translation>此处已溢出；请选取不是纯白的灰色</translation>
    </message>
    <message>
        <source>This spot is too dark; pick a brighter grey</source>
        <translation>此处太暗；请选取更亮的灰色</translation>
    </message>
    <message>
        <source>Too many open files</source>
        <translation>打开的文件过多</translation>
    </message>
    <message>
        <source>Transport endpoint is not connected</source>
        <translation>网络连接已断开</translation>
    </message>
    <message>
        <source>Unexpected error ({0}); the details are in the log</source>
        <translation>意外错误 ({0})；详情见日志</translation>
    </message>
    <message>
        <source>Version {0} has no {1}.</source>
        <translation>版本 {0} 没有 {1}。</translation>
    </message>
    <message>
        <source>Version {0} of the style {1} is not there; choose another.</source>
        <translation>风格 {1} 的版本 {0} 不存在；请另选一个。</translation>
    </message>
    <message>
        <source>What .xmp files beside your photos keep is offered when you open their folder.</source>
        <translation>打开照片所在的文件夹时，会提示读取照片旁的 .xmp 文件中保存的内容。</translation>
    </message>
    <message>
        <source>a JPEG XL picture</source>
        <translation>JPEG XL 图片</translation>
    </message>
    <message>
        <source>a PDF document</source>
        <translation>PDF 文档</translation>
    </message>
    <message>
        <source>a Photoshop document</source>
        <translation>Photoshop 文档</translation>
    </message>
    <message>
        <source>a box of {0} x {1} pixels is not possible</source>
        <translation>{0} x {1} 像素的边框不可行</translation>
    </message>
    <message>
        <source>a folder has that name; choose another name</source>
        <translation>已有同名文件夹；请选择其他名称</translation>
    </message>
    <message>
        <source>a long side of {0} pixels is not possible</source>
        <translation>长边 {0} 像素不可行</translation>
    </message>
    <message>
        <source>a part of it would be read from another file</source>
        <translation>它的一部分需从另一个文件读取</translation>
    </message>
    <message>
        <source>a part of its folder is a file; choose another folder</source>
        <translation>其路径的一部分是文件；请选择其他文件夹</translation>
    </message>
    <message>
        <source>a picture in OpenEXR format</source>
        <translation>OpenEXR 格式的图片</translation>
    </message>
    <message>
        <source>a picture in PGM format</source>
        <translation>PGM 格式的图片</translation>
    </message>
    <message>
        <source>a picture in PPM format</source>
        <translation>PPM 格式的图片</translation>
    </message>
    <message>
        <source>a picture in QOI format</source>
        <translation>QOI 格式的图片</translation>
    </message>
    <message>
        <source>a texture of a game</source>
        <translation>游戏贴图</translation>
    </message>
    <message>
        <source>an interrupted fine-tune of other corrections was dropped</source>
        <translation>已放弃一次针对其他修正的中断微调</translation>
    </message>
    <message>
        <source>asking what the network says so far</source>
        <translation>正在查看网络目前的预测</translation>
    </message>
    <message>
        <source>expected {0} values, got {1}</source>
        <translation>应有 {0} 个值，实际为 {1} 个</translation>
    </message>
    <message>
        <source>fine-tuning, error {0} J</source>
        <translation>正在微调，误差 {0} J</translation>
    </message>
    <message>
        <source>fine-tuning, error {0} J, at most {1} s left</source>
        <translation>正在微调，误差 {0} J，最多还需 {1} 秒</translation>
    </message>
    <message>
        <source>fitting {0}</source>
        <translation>正在拟合 {0}</translation>
    </message>
    <message>
        <source>give one of long side, fit and megapixels, not several</source>
        <translation>长边、边框和百万像素只能指定一项</translation>
    </message>
    <message>
        <source>going on with the interrupted fine-tune after {0} rounds</source>
        <translation>从第 {0} 轮之后继续上次中断的微调</translation>
    </message>
    <message>
        <source>image file is truncated</source>
        <translation>图像文件不完整</translation>
    </message>
    <message>
        <source>image file is truncated ({0} bytes not processed)</source>
        <translation>图像文件不完整 ({0} 字节未处理)</translation>
    </message>
    <message>
        <source>it brings operators of its own</source>
        <translation>它带有自己的运算符</translation>
    </message>
    <message>
        <source>it cannot answer ({0})</source>
        <translation>它无法给出回答 ({0})</translation>
    </message>
    <message>
        <source>it cannot be opened; make the file and its folder writable</source>
        <translation>无法打开；请使该文件及其文件夹可写</translation>
    </message>
    <message>
        <source>it cannot be read: {0}</source>
        <translation>无法读取：{0}</translation>
    </message>
    <message>
        <source>it does not fit the network</source>
        <translation>它与网络不匹配</translation>
    </message>
    <message>
        <source>it has no manifest</source>
        <translation>它没有清单</translation>
    </message>
    <message>
        <source>it holds an unexpected file {0}</source>
        <translation>它包含意外的文件 {0}</translation>
    </message>
    <message>
        <source>it holds no tensors ({0})</source>
        <translation>它不包含张量 ({0})</translation>
    </message>
    <message>
        <source>it holds too many files, or one of them twice</source>
        <translation>它包含的文件过多，或有重复的文件</translation>
    </message>
    <message>
        <source>it is compressed in an unexpected way</source>
        <translation>它的压缩方式不符合预期</translation>
    </message>
    <message>
        <source>it is larger than {0} MB</source>
        <translation>它大于 {0} MB</translation>
    </message>
    <message>
        <source>it is no pack or incomplete ({0})</source>
        <translation>它不是风格文件，或不完整 ({0})</translation>
    </message>
    <message>
        <source>it is not a network of imgtune</source>
        <translation>不是 imgtune 的网络</translation>
    </message>
    <message>
        <source>it is not what the network was taught</source>
        <translation>与网络所学的不符</translation>
    </message>
    <message>
        <source>it is read-only; make the file and its folder writable</source>
        <translation>它是只读的；请使该文件及其文件夹可写</translation>
    </message>
    <message>
        <source>it uses the operator {0}</source>
        <translation>它使用了运算符 {0}</translation>
    </message>
    <message>
        <source>its answers are not finite numbers</source>
        <translation>它的回答不是有限的数</translation>
    </message>
    <message>
        <source>its answers are outside the sliders</source>
        <translation>它的回答超出滑块范围</translation>
    </message>
    <message>
        <source>its answers have another shape than ours</source>
        <translation>它的回答形状与我们的不同</translation>
    </message>
    <message>
        <source>its features are not ours</source>
        <translation>它的特征与我们的不同</translation>
    </message>
    <message>
        <source>its files are not those of its manifest</source>
        <translation>其文件与清单不符</translation>
    </message>
    <message>
        <source>looking at the photos</source>
        <translation>正在分析照片</translation>
    </message>
    <message>
        <source>looking for what is blown out</source>
        <translation>正在检查高光溢出与暗部死黑</translation>
    </message>
    <message>
        <source>measuring what the answers depend on</source>
        <translation>正在衡量预测依赖于哪些权重</translation>
    </message>
    <message>
        <source>opening the catalog</source>
        <translation>打开目录</translation>
    </message>
    <message>
        <source>preparing {0} photos</source>
        <translation>正在准备 {0} 张照片</translation>
    </message>
    <message>
        <source>preparing {0} photos ({1})</source>
        <translation>正在准备 {0} 张照片 ({1})</translation>
    </message>
    <message>
        <source>quality {0} is not within 1 .. 100</source>
        <translation>品质 {0} 不在 1 到 100 之间</translation>
    </message>
    <message>
        <source>taking {0} of {1} corrections, the newest first</source>
        <translation>使用 {1} 条修正中的 {0} 条，最新的优先</translation>
    </message>
    <message>
        <source>testing the candidate on photos it has not seen</source>
        <translation>正在用未见过的照片测试候选模型</translation>
    </message>
    <message>
        <source>the disk is full; free some space</source>
        <translation>磁盘已满；请释放一些空间</translation>
    </message>
    <message>
        <source>the disk is full; free some space or choose another folder</source>
        <translation>磁盘已满；请释放一些空间，或选择其他文件夹</translation>
    </message>
    <message>
        <source>the disk is read-only; choose another folder</source>
        <translation>磁盘是只读的；请选择其他文件夹</translation>
    </message>
    <message>
        <source>the disk reports an error or is full; check it and free some space</source>
        <translation>磁盘报告错误或已满；请检查磁盘并释放一些空间</translation>
    </message>
    <message>
        <source>the disk reports an error; choose another disk and check this one</source>
        <translation>磁盘报告错误；请选择其他磁盘，并检查此磁盘</translation>
    </message>
    <message>
        <source>the exported network differs from the trained one by {0} J</source>
        <translation>导出的网络与训练的网络相差 {0} J</translation>
    </message>
    <message>
        <source>the file would be larger than allowed there; choose another disk</source>
        <translation>文件会超过该处允许的大小；请选择其他磁盘</translation>
    </message>
    <message>
        <source>the fine-tune goes on without checkpoints: {0}</source>
        <translation>微调将在没有检查点的情况下继续：{0}</translation>
    </message>
    <message>
        <source>the folder does not exist; create it or choose another</source>
        <translation>文件夹不存在；请新建它或另选一个</translation>
    </message>
    <message>
        <source>the name is too long; choose a shorter one</source>
        <translation>名称太长；请选择较短的名称</translation>
    </message>
    <message>
        <source>the name template has no {{{0}}}; known: {1}</source>
        <translation>名称模板中没有 {{{0}}}；可用的有：{1}</translation>
    </message>
    <message>
        <source>the name template is empty; {{name}} keeps the photo&apos;s name</source>
        <translation>名称模板为空；{{name}} 会保留照片的名称</translation>
    </message>
    <message>
        <source>the name template {0} has a brace without its partner</source>
        <translation>名称模板 {0} 中有不成对的花括号</translation>
    </message>
    <message>
        <source>the name template {0} holds {1}, which names cannot have</source>
        <translation>名称模板 {0} 含有名称中不允许的 {1}</translation>
    </message>
    <message>
        <source>the training process died ({0}); nothing was changed</source>
        <translation>训练进程已终止 ({0})；没有任何更改</translation>
    </message>
    <message>
        <source>the training process was ended from outside, most likely because memory ran out; nothing was changed. Close other programs and start it again</source>
        <translation>训练进程被外部终止，很可能是因为内存不足；没有任何更改。请关闭其他程序后重新开始</translation>
    </message>
    <message>
        <source>there is no method {0}; known: {1}</source>
        <translation>没有方法 {0}；已有：{1}</translation>
    </message>
    <message>
        <source>there is no permission to write there; choose another folder or change it</source>
        <translation>没有写入权限；请选择其他文件夹或更改权限</translation>
    </message>
    <message>
        <source>there is no permission; make the file and its folder writable</source>
        <translation>没有权限；请使该文件及其文件夹可写</translation>
    </message>
    <message>
        <source>there is no slider {0}; known: {1}</source>
        <translation>没有滑块 {0}；已有：{1}</translation>
    </message>
    <message>
        <source>too little graphics memory: going on in smaller steps</source>
        <translation>显存不足：以更小的步骤继续</translation>
    </message>
    <message>
        <source>too little graphics memory: going on without it, slower</source>
        <translation>显存不足：不用显卡继续，速度较慢</translation>
    </message>
    <message>
        <source>too little memory: going on in smaller steps</source>
        <translation>内存不足：改用更小的步长继续</translation>
    </message>
    <message>
        <source>your disk quota is used up; free some space or choose another folder</source>
        <translation>您的磁盘配额已用完；请释放一些空间，或选择其他文件夹</translation>
    </message>
    <message>
        <source>{0} cannot be read ({1}); roll back or train again.</source>
        <translation>无法读取 {0} ({1})；请回退或重新训练。</translation>
    </message>
    <message>
        <source>{0} cannot hold {1} bits a channel{2}</source>
        <translation>{0} 不能存储每通道 {1} 位{2}</translation>
    </message>
    <message>
        <source>{0} does not hold finite numbers</source>
        <translation>{0} 中不是有限的数</translation>
    </message>
    <message>
        <source>{0} holds at most {1} megapixels, not {2}; choose a smaller size or another format</source>
        <translation>{0} 最多 {1} 百万像素，而不是 {2}；请选择更小的尺寸或其他格式</translation>
    </message>
    <message>
        <source>{0} holds at most {1} pixels a side, not {2}; choose a smaller size or another format</source>
        <translation>{0} 每边最多 {1} 像素，而不是 {2}；请选择更小的尺寸或其他格式</translation>
    </message>
    <message>
        <source>{0} holds no tensors ({1})</source>
        <translation>{0} 不包含张量 ({1})</translation>
    </message>
    <message>
        <source>{0} is damaged</source>
        <translation>{0} 已损坏</translation>
    </message>
    <message>
        <source>{0} is damaged; roll back or train again.</source>
        <translation>{0} 已损坏；请回退或重新训练。</translation>
    </message>
    <message>
        <source>{0} is damaged; the newest version of the style is used.</source>
        <translation>{0} 已损坏；正在使用该风格的最新版本。</translation>
    </message>
    <message>
        <source>{0} is no version of the style {1}.</source>
        <translation>{0} 不是风格 {1} 的版本。</translation>
    </message>
    <message>
        <source>{0} is there already and is no pack of imgtune; choose another name.</source>
        <translation>{0} 已经存在，而且不是 imgtune 的风格包；请换一个名字。</translation>
    </message>
    <message>
        <source>{0} megapixels are not possible</source>
        <translation>{0} 百万像素不可行</translation>
    </message>
    <message>
        <source>{0} more photos were not tried for that reason</source>
        <translation>因此另有 {0} 张照片未尝试</translation>
    </message>
    <message>
        <source>{0} photos have no finished copy: {1}</source>
        <translation>{0} 张照片没有成品副本：{1}</translation>
    </message>
    <message>
        <source>{0} unpacks to far more than it should</source>
        <translation>{0} 解压后远大于应有的大小</translation>
    </message>
    <message>
        <source>{0} was made by a newer imgtune; update this one.</source>
        <translation>{0} 由更新版本的 imgtune 制作；请更新此程序。</translation>
    </message>
    <message>
        <source>{0} {1}; known: {2}</source>
        <translation>{0} {1}；已有：{2}</translation>
    </message>
    <message>
        <source>{0}. Instead of {1}, {2} serves now.</source>
        <translation>{0}。现在由 {2} 代替 {1} 提供服务。</translation>
    </message>
    <message>
        <source>{0}: another program keeps changing it; try again later</source>
        <translation>{0}：另一个程序一直在更改它；请稍后重试</translation>
    </message>
    <message>
        <source>{0}: cannot be fine-tuned ({1})</source>
        <translation>{0}：无法微调 ({1})</translation>
    </message>
    <message>
        <source>{0}: cannot be made ({1})</source>
        <translation>{0}：无法新建 ({1})</translation>
    </message>
    <message>
        <source>{0}: cannot be read (it is not a file)</source>
        <translation>{0}：无法读取 (它不是文件)</translation>
    </message>
    <message>
        <source>{0}: cannot be read ({1})</source>
        <translation>{0}：无法读取 ({1})</translation>
    </message>
    <message>
        <source>{0}: cannot be read: {1}</source>
        <translation>{0}：无法读取：{1}</translation>
    </message>
    <message>
        <source>{0}: cannot be used; choose another</source>
        <translation>{0}：无法使用；请另选一个</translation>
    </message>
    <message>
        <source>{0}: cannot be written ({1})</source>
        <translation>{0}：无法写入（{1}）</translation>
    </message>
    <message>
        <source>{0}: declares a size of {1} x {2} pixels</source>
        <translation>{0}：声明的尺寸为 {1} x {2} 像素</translation>
    </message>
    <message>
        <source>{0}: declares {1} x {2} pixels, over the limit of {3} megapixels; raise it in the preferences or by --max-megapixels</source>
        <translation>{0}：声明为 {1} x {2} 像素，超过 {3} 百万像素的上限；可在首选项中或用 --max-megapixels 提高</translation>
    </message>
    <message>
        <source>{0}: does not fit into memory</source>
        <translation>{0}：内存不足，无法载入</translation>
    </message>
    <message>
        <source>{0}: does not fit this version of imgtune</source>
        <translation>{0}：与此版本的 imgtune 不匹配</translation>
    </message>
    <message>
        <source>{0}: has inks other than CMYK; save it as RGB</source>
        <translation>{0}：含有 CMYK 以外的油墨；请另存为 RGB</translation>
    </message>
    <message>
        <source>{0}: has just been written by another program</source>
        <translation>{0}：刚刚被另一个程序写入</translation>
    </message>
    <message>
        <source>{0}: has layers or channels that are not a picture&apos;s</source>
        <translation>{0}：含有不属于图片的图层或通道</translation>
    </message>
    <message>
        <source>{0}: has no place for what was learned</source>
        <translation>{0}：没有存放所学内容的位置</translation>
    </message>
    <message>
        <source>{0}: has too few channels for its kind of colour</source>
        <translation>{0}：通道数少于其颜色类型所需</translation>
    </message>
    <message>
        <source>{0}: holds a crop, and no settings of sliders</source>
        <translation>{0}：含有裁剪，但没有滑块设置</translation>
    </message>
    <message>
        <source>{0}: holds no Camera Raw settings</source>
        <translation>{0}：不含 Camera Raw 设置</translation>
    </message>
    <message>
        <source>{0}: is XML, but holds no XMP</source>
        <translation>{0}：是 XML，但不含 XMP</translation>
    </message>
    <message>
        <source>{0}: is a JPEG 2000 of a kind that imgtune cannot read; save it as TIFF or PNG</source>
        <translation>{0}：是 imgtune 无法读取的 JPEG 2000；请另存为 TIFF 或 PNG</translation>
    </message>
    <message>
        <source>{0}: is a file, not a folder; choose another</source>
        <translation>{0}：是文件，不是文件夹；请另选一个</translation>
    </message>
    <message>
        <source>{0}: is a folder, not a photo</source>
        <translation>{0}：是文件夹，不是照片</translation>
    </message>
    <message>
        <source>{0}: is a folder; choose a name for the file</source>
        <translation>{0}：是文件夹；请为文件选择名称</translation>
    </message>
    <message>
        <source>{0}: is damaged (its parts are too large)</source>
        <translation>{0}：已损坏 (其中的部分过大)</translation>
    </message>
    <message>
        <source>{0}: is damaged ({1})</source>
        <translation>{0}：已损坏 ({1})</translation>
    </message>
    <message>
        <source>{0}: is damaged or cut off{1}</source>
        <translation>{0}：已损坏或不完整{1}</translation>
    </message>
    <message>
        <source>{0}: is empty (0 bytes)</source>
        <translation>{0}：是空文件 (0 字节)</translation>
    </message>
    <message>
        <source>{0}: is not a camera raw that LibRaw can read ({1})</source>
        <translation>{0}：不是 LibRaw 能读取的相机原始文件 ({1})</translation>
    </message>
    <message>
        <source>{0}: is not a file but a pipe or device</source>
        <translation>{0}：不是文件，而是管道或设备</translation>
    </message>
    <message>
        <source>{0}: is not a network of imgtune ({1})</source>
        <translation>{0}：不是 imgtune 的网络 ({1})</translation>
    </message>
    <message>
        <source>{0}: is not a picture that imgtune can read</source>
        <translation>{0}：不是 imgtune 能读取的图片</translation>
    </message>
    <message>
        <source>{0}: is not readable XMP (it declares a document type)</source>
        <translation>{0}：不是可读取的 XMP (它声明了文档类型)</translation>
    </message>
    <message>
        <source>{0}: is not readable XMP (it is nested too deep)</source>
        <translation>{0}：不是可读取的 XMP (嵌套过深)</translation>
    </message>
    <message>
        <source>{0}: is not readable XMP ({1})</source>
        <translation>{0}：不是可读取的 XMP ({1})</translation>
    </message>
    <message>
        <source>{0}: is of a kind that imgtune cannot read ({1}); save it as TIFF, PNG or JPEG to open it</source>
        <translation>{0}：是 imgtune 无法读取的类型 ({1})；请另存为 TIFF、PNG 或 JPEG 后打开</translation>
    </message>
    <message>
        <source>{0}: is the original photo; choose another folder or name for the copy</source>
        <translation>{0}：是原始照片；请为副本选择其他文件夹或名称</translation>
    </message>
    <message>
        <source>{0}: is there already</source>
        <translation>{0}：已存在</translation>
    </message>
    <message>
        <source>{0}: is there already and does not say that imgtune wrote it last (another program changed it, or it has no metadata); remove it or choose another name</source>
        <translation>{0}：已存在，且未表明最后由 imgtune 写入 (被其他程序更改过，或没有元数据)；请将其移除或选择其他名称</translation>
    </message>
    <message>
        <source>{0}: is there already and was not exported by imgtune; choose another name</source>
        <translation>{0}：已存在，且不是由 imgtune 导出的；请选择其他名称</translation>
    </message>
    <message>
        <source>{0}: is too large for XMP ({1} MB)</source>
        <translation>{0}：对 XMP 来说太大 ({1} MB)</translation>
    </message>
    <message>
        <source>{0}: is too large for a preset</source>
        <translation>{0}：对预设来说太大</translation>
    </message>
    <message>
        <source>{0}: is {1}; save it as TIFF, PNG or JPEG to open it</source>
        <translation>{0}：是{1}；请另存为 TIFF、PNG 或 JPEG 后打开</translation>
    </message>
    <message>
        <source>{0}: its manifest is damaged ({1}); get it again.</source>
        <translation>{0}：其清单已损坏 ({1})；请重新获取。</translation>
    </message>
    <message>
        <source>{0}: its manifest is damaged; get it again.</source>
        <translation>{0}：其清单已损坏；请重新获取。</translation>
    </message>
    <message>
        <source>{0}: its manifest is too large; get it again.</source>
        <translation>{0}：其清单太大；请重新获取。</translation>
    </message>
    <message>
        <source>{0}: its settings are already part of the pixels</source>
        <translation>{0}：其设置已是像素的一部分</translation>
    </message>
    <message>
        <source>{0}: may not be read (permission denied)</source>
        <translation>{0}：不允许读取 (没有权限)</translation>
    </message>
    <message>
        <source>{0}: no photo of that name in {1}</source>
        <translation>{0}：{1} 中没有该名称的照片</translation>
    </message>
    <message>
        <source>{0}: not the profile of a screen; choose another</source>
        <translation>{0}：不是屏幕的配置文件；请另选一个</translation>
    </message>
    <message>
        <source>{0}: says that its settings are part of the pixels already</source>
        <translation>{0}：表明其设置已是像素的一部分</translation>
    </message>
    <message>
        <source>{0}: sets none of the sliders that there are here (it sets {1})</source>
        <translation>{0}：没有设置这里的任何滑块 (它设置的是 {1})</translation>
    </message>
    <message>
        <source>{0}: several photos have that name</source>
        <translation>{0}：有多张照片使用该名称</translation>
    </message>
    <message>
        <source>{0}: the adapter is damaged ({1})</source>
        <translation>{0}：适配器已损坏 ({1})</translation>
    </message>
    <message>
        <source>{0}: the base model cannot be loaded ({1})</source>
        <translation>{0}：无法载入基础模型 ({1})</translation>
    </message>
    <message>
        <source>{0}: the base model is missing or damaged; install it again</source>
        <translation>{0}：基础模型缺失或已损坏；请重新安装</translation>
    </message>
    <message>
        <source>{0}: the model is missing; install imgtune again</source>
        <translation>{0}：模型缺失；请重新安装 imgtune</translation>
    </message>
    <message>
        <source>{0}: there is no such file</source>
        <translation>{0}：没有此文件</translation>
    </message>
    <message>
        <source>{0}: unexpected error {1}</source>
        <translation>{0}：意外错误 {1}</translation>
    </message>
    <message>
        <source>{0}: was made by another version of imgtune</source>
        <translation>{0}：由另一版本的 imgtune 制作</translation>
    </message>
    <message>
        <source>{0}: was written by a newer imgtune</source>
        <translation>{0}：由更新版本的 imgtune 写入</translation>
    </message>
    <message>
        <source>{0}: {1} has a copy already ({2})</source>
        <translation>{0}：{1} 已有副本 ({2})</translation>
    </message>
    <message>
        <source>{0}: {1} is not a finite number</source>
        <translation>{0}：{1} 不是有限的数</translation>
    </message>
    <message>
        <source>{0}: {1} is not a number</source>
        <translation>{0}：{1} 不是数字</translation>
    </message>
    <message>
        <source>{0}: {1} is outside the slider&apos;s range, {2} .. {3}</source>
        <translation>{0}：{1} 超出滑块范围 {2} .. {3}</translation>
    </message>
    <message>
        <source>{0}: {1} is {2} in this lesson, outside the slider&apos;s range, {3} .. {4}; correct it again</source>
        <translation>{0}：{1} 在此示范中为 {2}，超出滑块范围 {3} .. {4}；请重新修正</translation>
    </message>
    <message>
        <source>{0}; it was left as it is, and the edit is kept in imgtune. Mend the sidecar or move it away to have it written</source>
        <translation>{0}；它保持原样，编辑保存在 imgtune 中。请修复附属文件或将其移走，以便写入</translation>
    </message>
    <message>
        <source>{0}{1} lessons and {2} edits were restored.</source>
        <translation>{0}已恢复 {1} 次示范和 {2} 个编辑。</translation>
    </message>
    <message>
        <source>{{{0}:{1}}} is not possible in a name template; only {{seq}} takes digits, as in {{seq:03}}</source>
        <translation>名称模板中不能使用 {{{0}:{1}}}；只有 {{seq}} 可带数字，如 {{seq:03}}</translation>
    </message>
</context>
<context>
    <name>CrashDialog</name>
    <message>
        <source>Copy the details</source>
        <translation>复制详细信息</translation>
    </message>
    <message>
        <source>Show the log</source>
        <translation>显示日志</translation>
    </message>
    <message>
        <source>Something went wrong that should not have.</source>
        <translation>发生了不该发生的错误。</translation>
    </message>
    <message>
        <source>Your edits are saved. If it goes on, close imgtune and start it again.</source>
        <translation>您的编辑已存储。如果问题持续，请关闭 imgtune 后重新启动。</translation>
    </message>
</context>
<context>
    <name>CropBar</name>
    <message>
        <source>Ratio</source>
        <translation>长宽比</translation>
    </message>
    <message>
        <source>Ratio of the sides</source>
        <translation>长宽比</translation>
    </message>
    <message>
        <source>Free</source>
        <translation>自由</translation>
    </message>
    <message>
        <source>As taken</source>
        <translation>原始比例</translation>
    </message>
    <message>
        <source>Other…</source>
        <translation>其他…</translation>
    </message>
    <message>
        <source>Turn left</source>
        <translation>向左旋转</translation>
    </message>
    <message>
        <source>Turn right</source>
        <translation>向右旋转</translation>
    </message>
    <message>
        <source>Width to height, such as 7:5 or 2.39</source>
        <translation>宽与高之比，如 7:5 或 2.39</translation>
    </message>
    <message>
        <source>“{0}” is no ratio. {1}</source>
        <translation>“{0}”不是比例。{1}</translation>
    </message>
    <message>
        <source>Straighten</source>
        <translation>拉直</translation>
    </message>
    <message>
        <source>Straighten; or drag outside the crop</source>
        <translation>拉直；也可在裁剪框外拖动</translation>
    </message>
    <message>
        <source>Angle</source>
        <translation>角度</translation>
    </message>
    <message>
        <source>Portrait or landscape</source>
        <translation>竖向或横向</translation>
    </message>
    <message>
        <source>Reset</source>
        <translation>复位</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Done</source>
        <translation>完成</translation>
    </message>
</context>
<context>
    <name>CropController</name>
    <message>
        <source>Turn left</source>
        <translation>向左旋转</translation>
    </message>
    <message>
        <source>Turn right</source>
        <translation>向右旋转</translation>
    </message>
    <message>
        <source>Whole photo</source>
        <translation>整张照片</translation>
    </message>
    <message>
        <source>This photo is still being opened</source>
        <translation>这张照片还在打开</translation>
    </message>
    <message>
        <source>Crop</source>
        <translation>裁剪</translation>
    </message>
</context>
<context>
    <name>CropOverlay</name>
    <message>
        <source>Crop</source>
        <translation>裁剪</translation>
    </message>
</context>
<context>
    <name>CullController</name>
    <message>
        <source>{0}: {1} photos</source>
        <translation>{0}：{1} 张照片</translation>
    </message>
</context>
<context>
    <name>CurveView</name>
    <message>
        <source>Learning curve</source>
        <translation>学习曲线</translation>
    </message>
    <message>
        <source>Off by {0:.1f} J at the start, {1:.1f} J now; a preset {2:.1f} J</source>
        <translation>开始时偏差 {0:.1f} J，现在 {1:.1f} J；固定预设 {2:.1f} J</translation>
    </message>
    <message>
        <source>The curve begins with the second lesson.</source>
        <translation>曲线从第二次示范开始。</translation>
    </message>
    <message>
        <source>lessons</source>
        <translation>示范次数</translation>
    </message>
</context>
<context>
    <name>DevelopPanel</name>
    <message>
        <source>Accept</source>
        <translation>接受</translation>
    </message>
    <message>
        <source>Teaches your style what you chose, and goes to the next photo.  (Enter)</source>
        <translation>把您的选择教给这个风格，并转到下一张照片。  (Enter)</translation>
    </message>
    <message>
        <source>Reset to prediction</source>
        <translation>复位到预测</translation>
    </message>
    <message>
        <source>Puts every slider back to the prediction.  (Ctrl+U)</source>
        <translation>把所有滑块放回预测值。  (Ctrl+U)</translation>
    </message>
    <message>
        <source>Looking at the photo…</source>
        <translation>正在分析照片…</translation>
    </message>
    <message>
        <source>Base model</source>
        <translation>基础模型</translation>
    </message>
    <message>
        <source>Enter accepts, a slider corrects</source>
        <translation>Enter 接受，移动滑块修正</translation>
    </message>
    <message>
        <source>The light that the camera took for white</source>
        <translation>相机视为白色的光线</translation>
    </message>
    <message>
        <source>Your own sliders</source>
        <translation>您自己的滑块设置</translation>
    </message>
    <message>
        <source>Your style · 1 lesson</source>
        <translation>您的风格 · 1 次示范</translation>
    </message>
    <message>
        <source>as shot {0:.0f} K</source>
        <translation>拍摄时 {0:.0f} K</translation>
    </message>
    <message>
        <source>as shot {0:.0f} K, tint {1:+.0f}</source>
        <translation>拍摄时 {0:.0f} K，色调 {1:+.0f}</translation>
    </message>
    <message>
        <source>Your draft, saved · Enter teaches it</source>
        <translation>您的草稿，已保存 · Enter 用它示范</translation>
    </message>
    <message>
        <source>Accepted</source>
        <translation>已接受</translation>
    </message>
    <message>
        <source>Corrected, learned from</source>
        <translation>已修正，已学习</translation>
    </message>
    <message>
        <source>Back to the prediction</source>
        <translation>回到预测值</translation>
    </message>
    <message>
        <source>Your style · {0} lessons</source>
        <translation>您的风格 · {0} 次示范</translation>
    </message>
    <message>
        <source>Back to zero</source>
        <translation>归零</translation>
    </message>
    <message>
        <source>Strength {0} %</source>
        <translation>强度 {0} %</translation>
    </message>
</context>
<context>
    <name>DevelopSlider</name>
    <message>
        <source>Prediction: {0} ± {1}</source>
        <translation>预测：{0} ± {1}</translation>
    </message>
    <message>
        <source>Double-click: back to the prediction. With Alt: to zero.</source>
        <translation>双击：回到预测值。按住 Alt 双击：归零。</translation>
    </message>
    <message>
        <source>Back to the prediction</source>
        <translation>回到预测值</translation>
    </message>
    <message>
        <source>Back to zero</source>
        <translation>归零</translation>
    </message>
    <message>
        <source>Type a value…</source>
        <translation>键入数值…</translation>
    </message>
    <message>
        <source>{0}, value</source>
        <translation>{0}，数值</translation>
    </message>
</context>
<context>
    <name>EditController</name>
    <message>
        <source>Reset to prediction</source>
        <translation>复位到预测</translation>
    </message>
    <message>
        <source>As it was taken</source>
        <translation>拍摄时的样子</translation>
    </message>
    <message>
        <source>Paste settings</source>
        <translation>粘贴设置</translation>
    </message>
    <message>
        <source>Sync settings</source>
        <translation>同步设置</translation>
    </message>
    <message>
        <source>Sync</source>
        <translation>同步</translation>
    </message>
    <message>
        <source>Copied {1} of the settings of {0}</source>
        <translation>已复制 {0} 的 {1} 项设置</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>复制</translation>
    </message>
    <message>
        <source>Copy settings</source>
        <translation>复制设置</translation>
    </message>
    <message>
        <source>Settings of the previous photo</source>
        <translation>上一张照片的设置</translation>
    </message>
    <message>
        <source>{0}, for 1 more photo</source>
        <translation>{0}，用于另外 1 张照片</translation>
    </message>
    <message>
        <source>{0}, for {1} more photos</source>
        <translation>{0}，用于另外 {1} 张照片</translation>
    </message>
    <message>
        <source>{0}: 1 photo</source>
        <translation>{0}：1 张照片</translation>
    </message>
    <message>
        <source>{0}: {1} photos</source>
        <translation>{0}：{1} 张照片</translation>
    </message>
    <message>
        <source>Copy the settings of a photo first</source>
        <translation>请先复制一张照片的设置</translation>
    </message>
    <message>
        <source>Select the photos to sync in the filmstrip first</source>
        <translation>请先在胶片显示窗格中选择要同步的照片</translation>
    </message>
    <message>
        <source>No photo is left that waits for you</source>
        <translation>没有等待处理的照片了</translation>
    </message>
    <message>
        <source>Copied the settings of {0}</source>
        <translation>已复制 {0} 的设置</translation>
    </message>
</context>
<context>
    <name>ExportController</name>
    <message>
        <source>starting…</source>
        <translation>正在开始…</translation>
    </message>
    <message>
        <source>Exported 1 photo</source>
        <translation>已导出 1 张照片</translation>
    </message>
    <message>
        <source>; {0} not tried</source>
        <translation>；{0} 张未尝试</translation>
    </message>
    <message>
        <source>Exported {0} photos</source>
        <translation>已导出 {0} 张照片</translation>
    </message>
    <message>
        <source>{0} ({1} more wait)</source>
        <translation>{0}（另有 {1} 项等待）</translation>
    </message>
    <message>
        <source>{0:.0f} of {1:.0f}</source>
        <translation>{0:.0f} / {1:.0f}</translation>
    </message>
    <message>
        <source>Export cancelled after {0} photos</source>
        <translation>导出 {0} 张照片后已取消</translation>
    </message>
    <message>
        <source>; {0} were there already</source>
        <translation>；{0} 张已经存在</translation>
    </message>
    <message>
        <source>; {0} failed</source>
        <translation>；{0} 张失败</translation>
    </message>
    <message>
        <source> to {0}</source>
        <translation> 到 {0}</translation>
    </message>
</context>
<context>
    <name>ExportDialog</name>
    <message>
        <source>Export photos</source>
        <translation>导出照片</translation>
    </message>
    <message>
        <source>Selected</source>
        <translation>所选照片</translation>
    </message>
    <message>
        <source>Accepted and corrected</source>
        <translation>已接受和已修正</translation>
    </message>
    <message>
        <source>All photos</source>
        <translation>所有照片</translation>
    </message>
    <message>
        <source>Choose a folder</source>
        <translation>选择文件夹</translation>
    </message>
    <message>
        <source>Browse…</source>
        <translation>浏览…</translation>
    </message>
    <message>
        <source>Insert</source>
        <translation>插入</translation>
    </message>
    <message>
        <source>Save…</source>
        <translation>存储…</translation>
    </message>
    <message>
        <source>Keep these file settings under a name</source>
        <translation>用一个名称存储这些文件设置</translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>删除</translation>
    </message>
    <message>
        <source>Open the folder when done</source>
        <translation>完成后打开文件夹</translation>
    </message>
    <message>
        <source>Export</source>
        <translation>导出</translation>
    </message>
    <message>
        <source>Photos</source>
        <translation>照片</translation>
    </message>
    <message>
        <source>Folder</source>
        <translation>文件夹</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>名称</translation>
    </message>
    <message>
        <source>If it exists</source>
        <translation>若已存在</translation>
    </message>
    <message>
        <source>Originals are never written:
every export is a new file.</source>
        <translation>绝不写入原始照片：
每次导出都是新文件。</translation>
    </message>
    <message>
        <source>Full-size JPEG</source>
        <translation>全尺寸 JPEG</translation>
    </message>
    <message>
        <source>Web, 2048 pixels</source>
        <translation>网页，2048 像素</translation>
    </message>
    <message>
        <source>Print, 16-bit TIFF</source>
        <translation>打印，16 位 TIFF</translation>
    </message>
    <message>
        <source>Custom</source>
        <translation>自定</translation>
    </message>
    <message>
        <source>Save preset</source>
        <translation>存储预设</translation>
    </message>
    <message>
        <source>Name of the preset:</source>
        <translation>预设名称：</translation>
    </message>
    <message>
        <source>There is no photo to export: none of these can be read.</source>
        <translation>没有可导出的照片：这些照片都无法读取。</translation>
    </message>
    <message>
        <source>ProPhoto RGB at 8 bits shows bands in skies; 16 bits are safer.</source>
        <translation>8 位的 ProPhoto RGB 会在天空中出现色带；16 位更稳妥。</translation>
    </message>
    <message>
        <source>Name of the photo</source>
        <translation>照片名称</translation>
    </message>
    <message>
        <source>Name of its folder</source>
        <translation>所在文件夹名称</translation>
    </message>
    <message>
        <source>Date, 2026-05-01</source>
        <translation>日期，2026-05-01</translation>
    </message>
    <message>
        <source>Time, 143000</source>
        <translation>时间，143000</translation>
    </message>
    <message>
        <source>Year</source>
        <translation>年</translation>
    </message>
    <message>
        <source>Month</source>
        <translation>月</translation>
    </message>
    <message>
        <source>Day</source>
        <translation>日</translation>
    </message>
    <message>
        <source>Style</source>
        <translation>风格</translation>
    </message>
    <message>
        <source>Camera</source>
        <translation>相机</translation>
    </message>
    <message>
        <source>Number, 001</source>
        <translation>编号，001</translation>
    </message>
    <message>
        <source>Export to</source>
        <translation>导出到</translation>
    </message>
    <message>
        <source>Add a number to the name</source>
        <translation>在名称后加编号</translation>
    </message>
    <message>
        <source>Leave the photo out</source>
        <translation>跳过这张照片</translation>
    </message>
    <message>
        <source>Replace, if imgtune exported it</source>
        <translation>替换（仅限 imgtune 导出的文件）</translation>
    </message>
    <message>
        <source>{0}   ({1} × {2} px)</source>
        <translation>{0}   ({1} × {2} 像素)</translation>
    </message>
    <message>
        <source>Preset</source>
        <translation>预设</translation>
    </message>
    <message>
        <source>{0} is a file, not a folder.</source>
        <translation>{0} 是文件，不是文件夹。</translation>
    </message>
    <message>
        <source>There is no permission to write to {0}.</source>
        <translation>没有写入 {0} 的权限。</translation>
    </message>
    <message>
        <source>The folder {0} will be made.</source>
        <translation>将新建文件夹 {0}。</translation>
    </message>
    <message>
        <source>{0} export</source>
        <translation>{0} 导出</translation>
    </message>
</context>
<context>
    <name>ExportWindow</name>
    <message>
        <source>Clear what has ended</source>
        <translation>清除已结束的项</translation>
    </message>
    <message>
        <source>Export queue</source>
        <translation>导出队列</translation>
    </message>
    <message>
        <source>Nothing was exported yet.</source>
        <translation>尚未导出任何内容。</translation>
    </message>
</context>
<context>
    <name>FieldsDialog</name>
    <message>
        <source>All</source>
        <translation>全选</translation>
    </message>
    <message>
        <source>Crop and straighten</source>
        <translation>裁剪和拉直</translation>
    </message>
    <message>
        <source>Frame</source>
        <translation>取景</translation>
    </message>
    <message>
        <source>None</source>
        <translation>全不选</translation>
    </message>
    <message>
        <source>Rotation</source>
        <translation>旋转</translation>
    </message>
</context>
<context>
    <name>FileFields</name>
    <message>
        <source>Format</source>
        <translation>格式</translation>
    </message>
    <message>
        <source>Quality</source>
        <translation>品质</translation>
    </message>
    <message>
        <source>Colour space</source>
        <translation>色彩空间</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>尺寸</translation>
    </message>
    <message>
        <source>Sharpen</source>
        <translation>锐化</translation>
    </message>
    <message>
        <source>Metadata</source>
        <translation>元数据</translation>
    </message>
    <message>
        <source>Copyright</source>
        <translation>版权</translation>
    </message>
    <message>
        <source>Full size</source>
        <translation>原尺寸</translation>
    </message>
    <message>
        <source>Long side</source>
        <translation>长边</translation>
    </message>
    <message>
        <source>Fit within</source>
        <translation>宽度和高度</translation>
    </message>
    <message>
        <source>Megapixels</source>
        <translation>百万像素</translation>
    </message>
    <message>
        <source> px</source>
        <translation> 像素</translation>
    </message>
    <message>
        <source> MP</source>
        <translation> MP</translation>
    </message>
    <message>
        <source>Enlarge smaller photos</source>
        <translation>放大较小的照片</translation>
    </message>
    <message>
        <source>Off</source>
        <translation>关</translation>
    </message>
    <message>
        <source>Low</source>
        <translation>低</translation>
    </message>
    <message>
        <source>Standard</source>
        <translation>标准</translation>
    </message>
    <message>
        <source>High</source>
        <translation>高</translation>
    </message>
    <message>
        <source>for screen</source>
        <translation>用于屏幕</translation>
    </message>
    <message>
        <source>for glossy paper</source>
        <translation>用于高光纸</translation>
    </message>
    <message>
        <source>for matte paper</source>
        <translation>用于亚光纸</translation>
    </message>
    <message>
        <source>All</source>
        <translation>全部</translation>
    </message>
    <message>
        <source>Copyright and contact only</source>
        <translation>仅版权和联系信息</translation>
    </message>
    <message>
        <source>None</source>
        <translation>无</translation>
    </message>
    <message>
        <source>Include where the photo was taken</source>
        <translation>包含拍摄地点</translation>
    </message>
    <message>
        <source>As in the photo</source>
        <translation>与照片相同</translation>
    </message>
    <message>
        <source>8 bit</source>
        <translation>8 位</translation>
    </message>
    <message>
        <source>16 bit</source>
        <translation>16 位</translation>
    </message>
</context>
<context>
    <name>Filmstrip</name>
    <message>
        <source>Filmstrip</source>
        <translation>胶片显示窗格</translation>
    </message>
</context>
<context>
    <name>FilmstripModel</name>
    <message>
        <source>shows the prediction</source>
        <translation>显示预测</translation>
    </message>
    <message>
        <source>draft, not yet accepted</source>
        <translation>草稿，尚未接受</translation>
    </message>
    <message>
        <source>The model is unsure here: please look at it</source>
        <translation>模型对此没有把握：请查看</translation>
    </message>
    <message>
        <source>prediction accepted</source>
        <translation>接受了预测</translation>
    </message>
    <message>
        <source>corrected by you</source>
        <translation>由您修正</translation>
    </message>
    <message>
        <source>Doubt of the model: {0:.1f} J</source>
        <translation>模型的不确定度：{0:.1f} J</translation>
    </message>
</context>
<context>
    <name>FilterBar</name>
    <message>
        <source>Filter by state</source>
        <translation>按状态过滤</translation>
    </message>
    <message>
        <source>All states</source>
        <translation>所有状态</translation>
    </message>
    <message>
        <source>Needs review</source>
        <translation>待检查</translation>
    </message>
    <message>
        <source>Name contains</source>
        <translation>名称包含</translation>
    </message>
    <message>
        <source>Filter by name</source>
        <translation>按名称过滤</translation>
    </message>
    <message>
        <source>Show all</source>
        <translation>全部显示</translation>
    </message>
    <message>
        <source>Sort by</source>
        <translation>排序依据</translation>
    </message>
    <message>
        <source>File order</source>
        <translation>文件顺序</translation>
    </message>
    <message>
        <source>Capture time</source>
        <translation>拍摄时间</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>名称</translation>
    </message>
    <message>
        <source>Not yet answered</source>
        <translation>尚未处理</translation>
    </message>
    <message>
        <source>Stars</source>
        <translation>星级</translation>
    </message>
    <message>
        <source>Doubt of the model</source>
        <translation>模型的不确定度</translation>
    </message>
    <message>
        <source>Descending</source>
        <translation>降序</translation>
    </message>
    <message>
        <source>Ascending</source>
        <translation>升序</translation>
    </message>
    <message>
        <source>{0} of {1} photos</source>
        <translation>{0} / {1} 张照片</translation>
    </message>
    <message>
        <source>{0} photos</source>
        <translation>{0} 张照片</translation>
    </message>
</context>
<context>
    <name>FolderController</name>
    <message>
        <source>1 new photo</source>
        <translation>1 张新照片</translation>
    </message>
    <message>
        <source>New files in {0} will not be noticed ({1}): press F5 to look again</source>
        <translation>无法自动发现 {0} 中的新文件（{1}）：按 F5 重新查找</translation>
    </message>
    <message>
        <source>The folder is back</source>
        <translation>文件夹已恢复</translation>
    </message>
    <message>
        <source>{0} cannot be reached now; its photos come back with it</source>
        <translation>目前无法访问 {0}；恢复后其中的照片也会恢复</translation>
    </message>
    <message>
        <source>{0} has vanished. Connect its disk again, or give the folder its old name, and its photos come back; all your edits are kept.</source>
        <translation>{0} 已消失。重新连接其磁盘，或恢复文件夹原名，照片便会回来；您的所有编辑均已保留。</translation>
    </message>
    <message>
        <source>{0} new photos</source>
        <translation>{0} 张新照片</translation>
    </message>
</context>
<context>
    <name>FolderTree</name>
    <message>
        <source>Folders</source>
        <translation>文件夹</translation>
    </message>
</context>
<context>
    <name>GpuController</name>
    <message>
        <source>Previews are drawn by the CPU until a GPU has been tried.</source>
        <translation>在试用 GPU 之前，预览由 CPU 绘制。</translation>
    </message>
    <message>
        <source>Previews are drawn by the CPU, quicker here than the GPU {0}.</source>
        <translation>预览由 CPU 绘制：此处比 GPU {0} 更快。</translation>
    </message>
    <message>
        <source>Previews are drawn by the CPU.</source>
        <translation>预览由 CPU 绘制。</translation>
    </message>
    <message>
        <source>Previews are drawn by the CPU: the GPU {0} failed.</source>
        <translation>预览由 CPU 绘制：GPU {0} 出现故障。</translation>
    </message>
    <message>
        <source>Previews are drawn by the CPU: the GPU {0} shows other colours.</source>
        <translation>预览由 CPU 绘制：GPU {0} 显示的颜色不一致。</translation>
    </message>
    <message>
        <source>Previews are drawn by the CPU: there is no GPU for it.</source>
        <translation>预览由 CPU 绘制：没有可用的 GPU。</translation>
    </message>
    <message>
        <source>Previews are drawn by the CPU: {0} is no GPU, but software.</source>
        <translation>预览由 CPU 绘制：{0} 不是 GPU，而是软件渲染。</translation>
    </message>
    <message>
        <source>While a slider moves, the GPU draws: {0}. At rest, the CPU.</source>
        <translation>拖动滑块时由 GPU 绘制：{0}；静止时由 CPU 绘制。</translation>
    </message>
</context>
<context>
    <name>HistogramView</name>
    <message>
        <source>Clipped: {0:.1%} in the shadows, {1:.1%} in the highlights (J shows them)</source>
        <translation>溢出：阴影 {0:.1%}，高光 {1:.1%}（按 J 显示）</translation>
    </message>
    <message>
        <source>Histogram</source>
        <translation>直方图</translation>
    </message>
</context>
<context>
    <name>HistoryWindow</name>
    <message>
        <source>History</source>
        <translation>历史记录</translation>
    </message>
    <message>
        <source>As opened</source>
        <translation>打开时</translation>
    </message>
</context>
<context>
    <name>JobRow</name>
    <message>
        <source>1 photo to {0}</source>
        <translation>1 张照片到 {0}</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Exports the photos that were not written</source>
        <translation>导出未能写入的照片</translation>
    </message>
    <message>
        <source>Not written</source>
        <translation>未写入</translation>
    </message>
    <message>
        <source>Open folder</source>
        <translation>打开文件夹</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>重试</translation>
    </message>
    <message>
        <source>stopping…</source>
        <translation>正在停止…</translation>
    </message>
    <message>
        <source>waits for the exports before it</source>
        <translation>等待前面的导出</translation>
    </message>
    <message>
        <source>{0} of {1}</source>
        <translation>{0} / {1}</translation>
    </message>
    <message>
        <source>{0} photos to {1}</source>
        <translation>{0} 张照片到 {1}</translation>
    </message>
</context>
<context>
    <name>KeysPage</name>
    <message>
        <source>Find an action</source>
        <translation>查找操作</translation>
    </message>
    <message>
        <source>As shipped</source>
        <translation>默认</translation>
    </message>
    <message>
        <source>Actions and their keys</source>
        <translation>操作及其快捷键</translation>
    </message>
    <message>
        <source>{0} belongs to: {1}</source>
        <translation>{0} 已属于：{1}</translation>
    </message>
    <message>
        <source>{0} has that key now</source>
        <translation>该快捷键现属于：{0}</translation>
    </message>
</context>
<context>
    <name>LearnController</name>
    <message>
        <source>Taken back, as if it had never been taught</source>
        <translation>已撤回，如同从未示范过</translation>
    </message>
    <message>
        <source>Forgotten, as if it had never been taught (undo brings it back)</source>
        <translation>已忘记，如同从未示范过（可撤销）</translation>
    </message>
    <message>
        <source>Accept {0} photos</source>
        <translation>接受 {0} 张照片</translation>
    </message>
    <message>
        <source>Accepted {0} photos</source>
        <translation>已接受 {0} 张照片</translation>
    </message>
    <message>
        <source>Accepted {0} photos; {1} are not ready or cannot be read</source>
        <translation>已接受 {0} 张照片；{1} 张尚未就绪或无法读取</translation>
    </message>
    <message>
        <source>Loaded {0} as {1}</source>
        <translation>已载入 {0},风格为“{1}”</translation>
    </message>
    <message>
        <source>Rolled back to {0}</source>
        <translation>已回退到{0}</translation>
    </message>
    <message>
        <source>Saved {0}, {1:.1f} MB</source>
        <translation>已存储 {0}，{1:.1f} MB</translation>
    </message>
    <message>
        <source>Saved {0}, {1:.1f} MB; on {2} photos it was at most {3:.2f} J off</source>
        <translation>已存储 {0}，{1:.1f} MB；在 {2} 张照片上最多相差 {3:.2f} J</translation>
    </message>
    <message>
        <source>The lesson is back</source>
        <translation>这次示范已恢复</translation>
    </message>
    <message>
        <source>{0} serves now</source>
        <translation>现在使用{0}</translation>
    </message>
    <message>
        <source>That was the last photo</source>
        <translation>这是最后一张照片</translation>
    </message>
    <message>
        <source>This photo is still being looked at</source>
        <translation>这张照片还在分析</translation>
    </message>
    <message>
        <source>Passed over: {0}</source>
        <translation>已跳过：{0}</translation>
    </message>
</context>
<context>
    <name>LearningWindow</name>
    <message>
        <source>Correct a photo and press Enter: the first lesson already counts.</source>
        <translation>修正一张照片并按 Enter：第一次示范就有效。</translation>
    </message>
    <message>
        <source>Base model</source>
        <translation>基础模型</translation>
    </message>
    <message>
        <source>Base model + your lessons</source>
        <translation>基础模型 + 您的示范</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Fine-tune now</source>
        <translation>立即微调</translation>
    </message>
    <message>
        <source>Fine-tunes</source>
        <translation>微调</translation>
    </message>
    <message>
        <source>How well the style knows you can be told from {0} lessons on.</source>
        <translation>示范达到 {0} 次后才能得知匹配度。</translation>
    </message>
    <message>
        <source>Let it serve</source>
        <translation>使用此版本</translation>
    </message>
    <message>
        <source>Lets the marked version serve; lessons are kept.</source>
        <translation>使用所选版本；示范会保留。</translation>
    </message>
    <message>
        <source>Lower is better. Amber: how far the prediction was from what you then chose. Grey: how far the same preset for all photos would have been, the middle of your edits before each. In J, a slider step that one just notices; averages of {0}.</source>
        <translation>越低越好。琥珀色：预测与您随后的选择相差多少。灰色：若对所有照片使用同一预设（取之前各次编辑的中间值）会相差多少。单位 J 为刚能察觉的滑块变化；每 {0} 次取平均。</translation>
    </message>
    <message>
        <source>Version {0}</source>
        <translation>版本 {0}</translation>
    </message>
    <message>
        <source>loaded from a file, not measured here</source>
        <translation>从文件载入，未在此处测量</translation>
    </message>
    <message>
        <source>one preset, made of your edits so far</source>
        <translation>由您至今的编辑得出的同一预设</translation>
    </message>
    <message>
        <source>{0} · {1} · {2} lessons, {3}</source>
        <translation>{0} · {1} · {2} 次示范，{3}</translation>
    </message>
    <message>
        <source>{0}; {1:.0%} closer than one preset</source>
        <translation>{0}；比同一预设接近 {1:.0%}</translation>
    </message>
    <message>
        <source>How far predictions were off</source>
        <translation>预测的偏差</translation>
    </message>
    <message>
        <source>None yet. The first starts by itself with {0} lessons: until then none beat what is learned from each lesson at once.</source>
        <translation>尚无。有 {0} 次示范后会自动开始第一次：在此之前，微调都不如每次示范后的即时学习。</translation>
    </message>
    <message>
        <source>Roll back</source>
        <translation>回退</translation>
    </message>
    <message>
        <source>The trainer rests; there is enough to learn from.</source>
        <translation>训练器空闲；示范已足够。</translation>
    </message>
    <message>
        <source>To fine-tune by hand: {0}</source>
        <translation>手动微调需要：{0}</translation>
    </message>
    <message>
        <source>Versions</source>
        <translation>版本</translation>
    </message>
    <message>
        <source>off by {0:.2f} J, before {1:.2f} J, on {2} photos that it had not seen</source>
        <translation>在 {2} 张未见过的照片上偏差 {0:.2f} J，此前为 {1:.2f} J</translation>
    </message>
    <message>
        <source>right in the last {0} lessons, of the sliders that you moved in any of them</source>
        <translation>最近 {0} 次示范中，您动过的滑块里预测正确的比例</translation>
    </message>
    <message>
        <source>serves now</source>
        <translation>正在使用</translation>
    </message>
    <message>
        <source>your style</source>
        <translation>您的风格</translation>
    </message>
    <message>
        <source>published</source>
        <translation>已发布</translation>
    </message>
    <message>
        <source>not published</source>
        <translation>未发布</translation>
    </message>
    <message>
        <source>How well {0} knows you</source>
        <translation>“{0}”有多了解您</translation>
    </message>
    <message>
        <source>{0} · {1} lessons · {2}</source>
        <translation>{0} · {1} 次示范 · {2}</translation>
    </message>
</context>
<context>
    <name>LibraryController</name>
    <message>
        <source>1 photo is gone from its folder; your edit of it is kept</source>
        <translation>1 张照片已不在其文件夹中；对它的编辑已保留</translation>
    </message>
    <message>
        <source>Looking for photos…</source>
        <translation>正在查找照片…</translation>
    </message>
    <message>
        <source>{0} files could not be opened; the filmstrip marks them</source>
        <translation>{0} 个文件无法打开；已在胶片显示窗格中标出</translation>
    </message>
    <message>
        <source>{0} is not there any more: connect its disk, or open another folder</source>
        <translation>{0} 已不存在：请连接所在磁盘，或打开其他文件夹</translation>
    </message>
    <message>
        <source>{0} photos are gone from their folder; your edits of them are kept</source>
        <translation>{0} 张照片已不在其文件夹中；对它们的编辑已保留</translation>
    </message>
    <message>
        <source>No photos in {0}</source>
        <translation>{0} 中没有照片</translation>
    </message>
    <message>
        <source>These photos are already open</source>
        <translation>这些照片已经打开</translation>
    </message>
    <message>
        <source>Analysing {0} of {1}</source>
        <translation>正在分析 {0} / {1}</translation>
    </message>
</context>
<context>
    <name>LoupeController</name>
    <message>
        <source>Opening…</source>
        <translation>正在打开…</translation>
    </message>
    <message>
        <source>No photo passes the filter</source>
        <translation>没有符合过滤条件的照片</translation>
    </message>
</context>
<context>
    <name>LoupePage</name>
    <message>
        <source>Before</source>
        <translation>修改前</translation>
    </message>
    <message>
        <source>Beside</source>
        <translation>并排</translation>
    </message>
    <message>
        <source>How large the photo is shown</source>
        <translation>照片显示的大小</translation>
    </message>
    <message>
        <source>Split</source>
        <translation>拆分</translation>
    </message>
    <message>
        <source>Clipping</source>
        <translation>溢出</translation>
    </message>
    <message>
        <source>Crop</source>
        <translation>裁剪</translation>
    </message>
    <message>
        <source>{0} of {1}</source>
        <translation>{0} / {1}</translation>
    </message>
</context>
<context>
    <name>LoupeView</name>
    <message>
        <source>Loupe</source>
        <translation>放大视图</translation>
    </message>
    <message>
        <source>Before</source>
        <translation>修改前</translation>
    </message>
    <message>
        <source>After</source>
        <translation>修改后</translation>
    </message>
    <message>
        <source>Fill · {0}</source>
        <translation>填满 · {0}</translation>
    </message>
    <message>
        <source>Fit · {0}</source>
        <translation>适合 · {0}</translation>
    </message>
</context>
<context>
    <name>MainWindow</name>
    <message>
        <source>Enter accepts   ·   \ before   ·   G grid, E loupe   ·   P X pick, reject   ·   R crop   ·   W white balance   ·   F1 all keys</source>
        <translation>Enter 接受   ·   \ 修改前   ·   G 网格，E 放大   ·   P X 选取、排除   ·   R 裁剪   ·   W 白平衡   ·   F1 所有快捷键</translation>
    </message>
    <message>
        <source>Fine-tuning</source>
        <translation>微调</translation>
    </message>
    <message>
        <source>Export</source>
        <translation>导出</translation>
    </message>
</context>
<context>
    <name>Marks</name>
    <message>
        <source>Picked</source>
        <translation>已选取</translation>
    </message>
    <message>
        <source>Rejected</source>
        <translation>已排除</translation>
    </message>
    <message>
        <source>No flag</source>
        <translation>无旗标</translation>
    </message>
    <message>
        <source>Red</source>
        <translation>红色</translation>
    </message>
    <message>
        <source>Yellow</source>
        <translation>黄色</translation>
    </message>
    <message>
        <source>Green</source>
        <translation>绿色</translation>
    </message>
    <message>
        <source>Blue</source>
        <translation>蓝色</translation>
    </message>
    <message>
        <source>No colour</source>
        <translation>无颜色</translation>
    </message>
    <message>
        <source>Untouched</source>
        <translation>未处理</translation>
    </message>
    <message>
        <source>Draft</source>
        <translation>草稿</translation>
    </message>
    <message>
        <source>Accepted</source>
        <translation>已接受</translation>
    </message>
    <message>
        <source>Corrected</source>
        <translation>已修正</translation>
    </message>
</context>
<context>
    <name>MenuController</name>
    <message>
        <source>Open &amp;recent</source>
        <translation>打开最近使用的文件夹(&amp;R)</translation>
    </message>
    <message>
        <source>Open folder</source>
        <translation>打开文件夹</translation>
    </message>
    <message>
        <source>Open photos</source>
        <translation>打开照片</translation>
    </message>
    <message>
        <source>Roll back</source>
        <translation>回退</translation>
    </message>
    <message>
        <source>Go back to the version before? Your lessons are kept.</source>
        <translation>回退到上一个版本？您的示范都保留。</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>打开</translation>
    </message>
    <message>
        <source>This installation has no sample photos</source>
        <translation>此安装没有示例照片</translation>
    </message>
    <message>
        <source>Let {0} serve instead of {1}? Lessons and versions are all kept.</source>
        <translation>用{0}代替{1}？示范和各版本都会保留。</translation>
    </message>
    <message>
        <source>{0} is not there any more</source>
        <translation>{0} 已不存在</translation>
    </message>
    <message>
        <source>None yet</source>
        <translation>暂无</translation>
    </message>
    <message>
        <source>&amp;Clear this list</source>
        <translation>清除列表(&amp;C)</translation>
    </message>
</context>
<context>
    <name>NewsController</name>
    <message>
        <source>1 photo was changed in another window or by the command line</source>
        <translation>1 张照片在另一个窗口或命令行中被更改</translation>
    </message>
    <message>
        <source>{0} photos were changed in another window or by the command line</source>
        <translation>{0} 张照片在另一个窗口或命令行中被更改</translation>
    </message>
</context>
<context>
    <name>OfferBar</name>
    <message>
        <source>1 photo of this folder has edits in an .xmp file beside it</source>
        <translation>此文件夹中有 1 张照片的旁边有保存编辑的 .xmp 文件</translation>
    </message>
    <message>
        <source>Learn from them</source>
        <translation>从中学习</translation>
    </message>
    <message>
        <source>Not now</source>
        <translation>以后再说</translation>
    </message>
    <message>
        <source>Read them</source>
        <translation>读取</translation>
    </message>
    <message>
        <source>Reads them, and teaches them to your style as your corrections.</source>
        <translation>读取这些编辑，并作为您的修正教给您的风格。</translation>
    </message>
    <message>
        <source>Remember for this folder</source>
        <translation>对此文件夹记住选择</translation>
    </message>
    <message>
        <source>The photos look here about as they do there. Photos that you edited here stay as they are. Undo takes it back.</source>
        <translation>照片在此处的外观将与那里大致相同。您在此处编辑过的照片保持不变。可以撤消。</translation>
    </message>
    <message>
        <source>{0} photos of this folder have edits in .xmp files beside them</source>
        <translation>此文件夹中有 {0} 张照片的旁边有保存编辑的 .xmp 文件</translation>
    </message>
</context>
<context>
    <name>PairsController</name>
    <message>
        <source>Folder with the photos as they were</source>
        <translation>原始照片所在的文件夹</translation>
    </message>
    <message>
        <source>Folder with their finished copies</source>
        <translation>成品副本所在的文件夹</translation>
    </message>
    <message>
        <source>Learning from pairs</source>
        <translation>从成对照片学习</translation>
    </message>
    <message>
        <source>Learning from pairs, {0} of {1}</source>
        <translation>正在从成对照片学习,第 {0} 对,共 {1} 对</translation>
    </message>
    <message>
        <source>Left out:</source>
        <translation>未采用:</translation>
    </message>
    <message>
        <source>Looking for pairs…</source>
        <translation>正在查找成对照片…</translation>
    </message>
    <message>
        <source>{0} of {1} pairs learned in {2}</source>
        <translation>已在“{2}”中学习 {1} 对照片中的 {0} 对</translation>
    </message>
    <message>
        <source>… and {0} more</source>
        <translation>……以及另外 {0} 项</translation>
    </message>
</context>
<context>
    <name>Params</name>
    <message>
        <source>Blacks</source>
        <translation>黑色色阶</translation>
    </message>
    <message>
        <source>Brightens or recovers the bright tones.</source>
        <translation>提亮或恢复亮部。</translation>
    </message>
    <message>
        <source>Brightness in stops: +1 doubles the light.</source>
        <translation>以挡为单位的亮度：+1 使光量加倍。</translation>
    </message>
    <message>
        <source>Contrast</source>
        <translation>对比度</translation>
    </message>
    <message>
        <source>Exposure</source>
        <translation>曝光度</translation>
    </message>
    <message>
        <source>Highlights</source>
        <translation>高光</translation>
    </message>
    <message>
        <source>Magenta to the right, green to the left.</source>
        <translation>向右偏洋红，向左偏绿。</translation>
    </message>
    <message>
        <source>More or less colour everywhere; -100 is black and white.</source>
        <translation>整体增减色彩；-100 为黑白。</translation>
    </message>
    <message>
        <source>More or less colour, mostly where there is little.</source>
        <translation>增减色彩，主要作用于色彩较淡之处。</translation>
    </message>
    <message>
        <source>Moves the black point.</source>
        <translation>移动黑点。</translation>
    </message>
    <message>
        <source>Moves the white point.</source>
        <translation>移动白点。</translation>
    </message>
    <message>
        <source>Opens or deepens the dark tones.</source>
        <translation>提亮或加深暗部。</translation>
    </message>
    <message>
        <source>Presence</source>
        <translation>偏好</translation>
    </message>
    <message>
        <source>Saturation</source>
        <translation>饱和度</translation>
    </message>
    <message>
        <source>Shadows</source>
        <translation>阴影</translation>
    </message>
    <message>
        <source>Spreads or gathers the tones around middle grey.</source>
        <translation>以中灰为中心拉开或收拢影调。</translation>
    </message>
    <message>
        <source>Temp</source>
        <translation>色温</translation>
    </message>
    <message>
        <source>Tint</source>
        <translation>色调</translation>
    </message>
    <message>
        <source>Tone</source>
        <translation>影调</translation>
    </message>
    <message>
        <source>Vibrance</source>
        <translation>鲜艳度</translation>
    </message>
    <message>
        <source>Warmer to the right, cooler to the left (a shift from the photo as shot).</source>
        <translation>向右变暖，向左变冷（相对于拍摄时的偏移）。</translation>
    </message>
    <message>
        <source>White balance</source>
        <translation>白平衡</translation>
    </message>
    <message>
        <source>Whites</source>
        <translation>白色色阶</translation>
    </message>
</context>
<context>
    <name>PhotoGrid</name>
    <message>
        <source>Grid</source>
        <translation>网格视图</translation>
    </message>
</context>
<context>
    <name>PickerController</name>
    <message>
        <source>Read R {0} G {1} B {2}: {3}</source>
        <translation>读取到 R {0} G {1} B {2}：{3}</translation>
    </message>
    <message>
        <source>White balance picker</source>
        <translation>白平衡选择器</translation>
    </message>
    <message>
        <source>Read R {0} G {1} B {2}: {3}, the end of the sliders</source>
        <translation>读取到 R {0} G {1} B {2}：{3}，已到滑块尽头</translation>
    </message>
    <message>
        <source>Click on something that should be grey, or go there by arrows and Enter</source>
        <translation>请点击应为灰色的地方，或用方向键移到那里再按 Enter</translation>
    </message>
    <message>
        <source>This photo is still being opened</source>
        <translation>这张照片还在打开</translation>
    </message>
    <message>
        <source>R {0}  G {1}  B {2}</source>
        <translation>R {0}  G {1}  B {2}</translation>
    </message>
</context>
<context>
    <name>PickerOverlay</name>
    <message>
        <source>White balance picker</source>
        <translation>白平衡选择器</translation>
    </message>
</context>
<context>
    <name>PredictController</name>
    <message>
        <source>Learned from {0}</source>
        <translation>已从 {0} 学习</translation>
    </message>
    <message>
        <source>Learned from {0}: 1 other photo follows</source>
        <translation>已从 {0} 学习：另有 1 张照片随之改变</translation>
    </message>
    <message>
        <source>Learned from {0}: {1} other photos follow</source>
        <translation>已从 {0} 学习：另有 {1} 张照片随之改变</translation>
    </message>
    <message>
        <source>{0}: 1 photo looks different now; your lessons are kept</source>
        <translation>{0}：1 张照片外观有变；示范已保留</translation>
    </message>
    <message>
        <source>{0}; your lessons are kept</source>
        <translation>{0}；您的示范均已保留</translation>
    </message>
    <message>
        <source>{0}: {1} photos look different now; your lessons are kept</source>
        <translation>{0}：{1} 张照片外观有变；示范已保留</translation>
    </message>
</context>
<context>
    <name>PreferencesDialog</name>
    <message>
        <source>Preferences</source>
        <translation>首选项</translation>
    </message>
    <message>
        <source>General</source>
        <translation>常规</translation>
    </message>
    <message>
        <source>Keys</source>
        <translation>快捷键</translation>
    </message>
    <message>
        <source>OK</source>
        <translation>确定</translation>
    </message>
    <message>
        <source> megapixels</source>
        <translation> 百万像素</translation>
    </message>
    <message>
        <source>A photo takes up to 12 bytes of memory a pixel.</source>
        <translation>每个像素最多占用 12 字节内存。</translation>
    </message>
    <message>
        <source>As the system says</source>
        <translation>按系统设置</translation>
    </message>
    <message>
        <source>Automatic</source>
        <translation>自动</translation>
    </message>
    <message>
        <source>Colour profiles (*.icc *.icm)</source>
        <translation>颜色配置文件 (*.icc *.icm)</translation>
    </message>
    <message>
        <source>Colours of the screen</source>
        <translation>屏幕颜色</translation>
    </message>
    <message>
        <source>GPU preview</source>
        <translation>GPU 预览</translation>
    </message>
    <message>
        <source>Off</source>
        <translation>关</translation>
    </message>
    <message>
        <source>Open the folder of the last time at start</source>
        <translation>启动时打开上次的文件夹</translation>
    </message>
    <message>
        <source>Profile file…</source>
        <translation>配置文件…</translation>
    </message>
    <message>
        <source>Profile of the screen</source>
        <translation>屏幕的颜色配置文件</translation>
    </message>
    <message>
        <source>Start fine-tunes by itself when there is enough</source>
        <translation>示范足够多时自动开始微调</translation>
    </message>
    <message>
        <source>While a slider moves, where it is quicker and shows the same as the CPU.</source>
        <translation>拖动滑块时使用，条件是比 CPU 更快且显示一致。</translation>
    </message>
    <message>
        <source>Write edits beside the photos (.xmp)</source>
        <translation>将编辑写入照片旁的附属文件（.xmp）</translation>
    </message>
    <message>
        <source>After a real edit only, for other programs; what they wrote is kept.</source>
        <translation>仅在真正编辑之后写入，供其他程序使用；它们写入的内容会保留。</translation>
    </message>
    <message>
        <source>Language</source>
        <translation>语言 (Language)</translation>
    </message>
    <message>
        <source>Largest photo</source>
        <translation>最大照片</translation>
    </message>
    <message>
        <source>As the system</source>
        <translation>跟随系统</translation>
    </message>
</context>
<context>
    <name>PresetController</name>
    <message>
        <source>Save as preset</source>
        <translation>存储为预设</translation>
    </message>
    <message>
        <source>Continue</source>
        <translation>继续</translation>
    </message>
    <message>
        <source>Name of the preset</source>
        <translation>预设名称</translation>
    </message>
    <message>
        <source>Import presets</source>
        <translation>导入预设</translation>
    </message>
    <message>
        <source>Camera Raw presets (*.xmp)</source>
        <translation>Camera Raw 预设 (*.xmp)</translation>
    </message>
    <message>
        <source>Delete preset</source>
        <translation>删除预设</translation>
    </message>
    <message>
        <source>Rename preset</source>
        <translation>重命名预设</translation>
    </message>
    <message>
        <source>{0}: without {1}{2}</source>
        <translation>{0}：不含 {1}{2}</translation>
    </message>
    <message>
        <source>Not everything could be taken over; looks are approximate.</source>
        <translation>并非所有设置都能沿用；效果是近似的。</translation>
    </message>
    <message>
        <source>Delete the preset {0}? Photos keep their sliders.</source>
        <translation>删除预设“{0}”？照片的滑块保持不变。</translation>
    </message>
    <message>
        <source>Saved the preset {0}</source>
        <translation>已存储预设 {0}</translation>
    </message>
    <message>
        <source>Preset {0}</source>
        <translation>预设 {0}</translation>
    </message>
    <message>
        <source>Imported {0}; looks are approximate</source>
        <translation>已导入 {0}；效果是近似的</translation>
    </message>
</context>
<context>
    <name>PresetWindow</name>
    <message>
        <source>Presets</source>
        <translation>预设</translation>
    </message>
    <message>
        <source>None yet. Save the sliders of a photo, or import one.</source>
        <translation>暂无。请存储一张照片的滑块设置，或导入预设。</translation>
    </message>
    <message>
        <source>Rename…</source>
        <translation>重命名…</translation>
    </message>
    <message>
        <source>Strength</source>
        <translation>强度</translation>
    </message>
    <message>
        <source>Save…</source>
        <translation>存储…</translation>
    </message>
    <message>
        <source>Import…</source>
        <translation>导入…</translation>
    </message>
    <message>
        <source>Camera Raw presets (.xmp)</source>
        <translation>Camera Raw 预设 (.xmp)</translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>删除</translation>
    </message>
</context>
<context>
    <name>Program</name>
    <message>
        <source>The language changes as soon as the work in the background has ended</source>
        <translation>后台工作结束后即切换语言</translation>
    </message>
    <message>
        <source>The language was changed; what can be undone begins anew</source>
        <translation>语言已切换；可撤销的步骤从头开始</translation>
    </message>
</context>
<context>
    <name>ReasonButton</name>
    <message>
        <source>Because of {0}</source>
        <translation>因为 {0}</translation>
    </message>
    <message>
        <source>Click: go there. Right click, or Tab and Delete: forget this lesson.</source>
        <translation>单击：转到该照片。右键单击，或按 Tab 后按 Delete：忘记此示范。</translation>
    </message>
    <message>
        <source>holds against the others, by {0:.0%}</source>
        <translation>与其他示范相反，占 {0:.0%}</translation>
    </message>
    <message>
        <source>{0:.0%} of what was learned for this photo</source>
        <translation>占为这张照片所学内容的 {0:.0%}</translation>
    </message>
</context>
<context>
    <name>ScreenController</name>
    <message>
        <source>Photos are shown as sRGB, whatever the screen is.</source>
        <translation>无论使用何种屏幕，照片均按 sRGB 显示。</translation>
    </message>
    <message>
        <source>Photos are shown with the profile {0}</source>
        <translation>照片按颜色配置文件 {0} 显示</translation>
    </message>
    <message>
        <source>Photos are shown with the system&apos;s profile of this screen: {0}</source>
        <translation>照片按系统中此屏幕的颜色配置文件显示：{0}</translation>
    </message>
    <message>
        <source>Shown as sRGB. {0}</source>
        <translation>按 sRGB 显示。{0}</translation>
    </message>
    <message>
        <source>The system knows no profile of this screen: taken for sRGB.</source>
        <translation>系统没有此屏幕的颜色配置文件：视为 sRGB。</translation>
    </message>
    <message>
        <source>{0}: {1}</source>
        <translation>{0}：{1}</translation>
    </message>
</context>
<context>
    <name>SidecarController</name>
    <message>
        <source>, without {0}</source>
        <translation>，不含 {0}</translation>
    </message>
    <message>
        <source>Edits of {0} photos were read, {1} of them taught to your style</source>
        <translation>已读取 {0} 张照片的编辑，其中 {1} 张已教给您的风格</translation>
    </message>
    <message>
        <source>Edits of {0} photos were read; looks are approximate</source>
        <translation>已读取 {0} 张照片的编辑；外观只是近似</translation>
    </message>
    <message>
        <source>Learn from .xmp</source>
        <translation>从 .xmp 学习</translation>
    </message>
    <message>
        <source>No edits were found beside these photos</source>
        <translation>在这些照片旁没有找到编辑</translation>
    </message>
    <message>
        <source>Read from .xmp</source>
        <translation>从 .xmp 读取</translation>
    </message>
</context>
<context>
    <name>SliderScale</name>
    <message>
        <source>The light&apos;s colour temperature, as the converter assumes it; as shot {0:.0f} K</source>
        <translation>转换时假定的光源色温；拍摄时为 {0:.0f} K</translation>
    </message>
</context>
<context>
    <name>SplitNotice</name>
    <message>
        <source>Keep</source>
        <translation>保留</translation>
    </message>
    <message>
        <source>Never</source>
        <translation>不再询问</translation>
    </message>
    <message>
        <source>Not again for this style</source>
        <translation>对此风格不再询问</translation>
    </message>
    <message>
        <source>Not now</source>
        <translation>以后再说</translation>
    </message>
    <message>
        <source>One style misses your edits by {0:.1f} just noticeable steps on average, two would by {1:.1f}. Splitting moves the {2} lessons since then, with their edits, into a new style; it can be undone.</source>
        <translation>只用一个风格时,预测与您的编辑平均相差 {0:.1f} 个恰可察觉步长;用两个风格时为 {1:.1f} 个。拆分会把此后的 {2} 次示范连同其编辑移到一个新风格中;可以撤销。</translation>
    </message>
    <message>
        <source>Since {0} you edit differently ({1}). Keep two styles?</source>
        <translation>自 {0} 起,您的编辑方式有所不同({1})。要分成两个风格吗?</translation>
    </message>
    <message>
        <source>Split</source>
        <translation>拆分</translation>
    </message>
    <message>
        <source>The {0} later lessons are in {1} now.</source>
        <translation>之后的 {0} 次示范现在位于“{1}”中。</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>撤销</translation>
    </message>
    <message>
        <source>brighter</source>
        <translation>更亮</translation>
    </message>
    <message>
        <source>brighter blacks</source>
        <translation>黑色色阶更亮</translation>
    </message>
    <message>
        <source>brighter highlights</source>
        <translation>高光更亮</translation>
    </message>
    <message>
        <source>brighter shadows</source>
        <translation>阴影更亮</translation>
    </message>
    <message>
        <source>brighter whites</source>
        <translation>白色色阶更亮</translation>
    </message>
    <message>
        <source>cooler</source>
        <translation>更冷</translation>
    </message>
    <message>
        <source>d MMMM</source>
        <translation>M月d日</translation>
    </message>
    <message>
        <source>darker</source>
        <translation>更暗</translation>
    </message>
    <message>
        <source>darker blacks</source>
        <translation>黑色色阶更暗</translation>
    </message>
    <message>
        <source>darker highlights</source>
        <translation>高光更暗</translation>
    </message>
    <message>
        <source>darker shadows</source>
        <translation>阴影更暗</translation>
    </message>
    <message>
        <source>darker whites</source>
        <translation>白色色阶更暗</translation>
    </message>
    <message>
        <source>greener</source>
        <translation>更偏绿</translation>
    </message>
    <message>
        <source>less contrast</source>
        <translation>对比度更低</translation>
    </message>
    <message>
        <source>less vibrance</source>
        <translation>鲜艳度更低</translation>
    </message>
    <message>
        <source>more colourful</source>
        <translation>色彩更浓</translation>
    </message>
    <message>
        <source>more contrast</source>
        <translation>对比度更高</translation>
    </message>
    <message>
        <source>more magenta</source>
        <translation>更偏洋红</translation>
    </message>
    <message>
        <source>more vibrance</source>
        <translation>鲜艳度更高</translation>
    </message>
    <message>
        <source>paler</source>
        <translation>色彩更淡</translation>
    </message>
    <message>
        <source>warmer</source>
        <translation>更暖</translation>
    </message>
</context>
<context>
    <name>StarPicker</name>
    <message>
        <source>At least so many stars</source>
        <translation>至少这么多星</translation>
    </message>
    <message>
        <source>Filter by stars</source>
        <translation>按星级过滤</translation>
    </message>
</context>
<context>
    <name>StartPage</name>
    <message>
        <source>Correct one photo, and the others follow.</source>
        <translation>修正一张照片，其余照片随之调整。</translation>
    </message>
    <message>
        <source>Open folder…</source>
        <translation>打开文件夹…</translation>
    </message>
    <message>
        <source>Open the sample photos</source>
        <translation>打开示例照片</translation>
    </message>
    <message>
        <source>or drop photos and folders here</source>
        <translation>或将照片和文件夹拖放到此处</translation>
    </message>
    <message>
        <source>Originals are never written. Nothing leaves this machine.</source>
        <translation>绝不写入原始照片。任何内容都不会离开这台电脑。</translation>
    </message>
    <message>
        <source>Recent folders</source>
        <translation>最近使用的文件夹</translation>
    </message>
</context>
<context>
    <name>StrengthRow</name>
    <message>
        <source>How much of the prediction: 0 % is the photo as shot</source>
        <translation>采用多少预测：0 % 即拍摄时的照片</translation>
    </message>
    <message>
        <source>Strength of the prediction</source>
        <translation>预测的强度</translation>
    </message>
    <message>
        <source>Your own sliders hold here; reset to the prediction to use this</source>
        <translation>此处以您自己的滑块为准；复位到预测后才能使用</translation>
    </message>
</context>
<context>
    <name>StyleController</name>
    <message>
        <source>All files (*)</source>
        <translation>所有文件 (*)</translation>
    </message>
    <message>
        <source>Delete style</source>
        <translation>删除风格</translation>
    </message>
    <message>
        <source>Delete the style {0} with its edits and versions?</source>
        <translation>要删除风格“{0}”及其编辑和版本吗?</translation>
    </message>
    <message>
        <source>Delete the style {0} with its lesson, its edits and versions?</source>
        <translation>要删除风格“{0}”及其 1 次示范、编辑和版本吗?</translation>
    </message>
    <message>
        <source>Delete the style {0} with its {1} lessons, its edits and versions?</source>
        <translation>要删除风格“{0}”及其 {1} 次示范、编辑和版本吗?</translation>
    </message>
    <message>
        <source>Duplicate style</source>
        <translation>复制风格</translation>
    </message>
    <message>
        <source>Load style</source>
        <translation>载入风格</translation>
    </message>
    <message>
        <source>All lessons and edits of {0} go into {1}, and {0} is deleted. Photos that both have lessons of keep theirs. This cannot be undone; to keep a copy, duplicate the style before.</source>
        <translation>“{0}”的所有示范和编辑将并入“{1}”，“{0}”随后被删除。两者都有示范的照片各自保留。此操作无法还原；如需副本，请先复制该风格。</translation>
    </message>
    <message>
        <source>Its fine-tune, which runs now, is stopped.</source>
        <translation>其正在进行的微调将被停止。</translation>
    </message>
    <message>
        <source>Merge styles</source>
        <translation>合并风格</translation>
    </message>
    <message>
        <source>Merge {0} into</source>
        <translation>将“{0}”并入</translation>
    </message>
    <message>
        <source>Name of the style</source>
        <translation>风格的名称</translation>
    </message>
    <message>
        <source>New style</source>
        <translation>新建风格</translation>
    </message>
    <message>
        <source>One style, as far as {0} lessons can tell</source>
        <translation>根据 {0} 次示范来看,这是同一个风格</translation>
    </message>
    <message>
        <source>Rename style</source>
        <translation>重命名风格</translation>
    </message>
    <message>
        <source>Save style</source>
        <translation>存储风格</translation>
    </message>
    <message>
        <source>Style as a file</source>
        <translation>风格文件</translation>
    </message>
    <message>
        <source>There is only one style</source>
        <translation>只有一种风格</translation>
    </message>
    <message>
        <source>This cannot be undone. Your photos are not touched.</source>
        <translation>此操作无法撤销。您的照片不受影响。</translation>
    </message>
    <message>
        <source>Too early to tell: it takes {2} lessons of {3} shoots on different days, and there are {0} of {1}</source>
        <translation>为时尚早：需要分属 {3} 场不同日期拍摄的 {2} 次示范，目前有 {1} 场的 {0} 次</translation>
    </message>
    <message>
        <source>{0} copy</source>
        <translation>{0} 副本</translation>
    </message>
    <message>
        <source>{0} is a part of {1} now</source>
        <translation>“{0}”已并入“{1}”</translation>
    </message>
    <message>
        <source>{0} is a part of {1} now, but for {2} photos that {1} has lessons of</source>
        <translation>“{0}”已并入“{1}”，但“{1}”已有示范的 {2} 张照片除外</translation>
    </message>
    <message>
        <source>{0} is being fine-tuned: wait until that has ended, or press Cancel beside it at the lower right</source>
        <translation>“{0}”正在微调：请等待其结束，或点按右下角的“取消”</translation>
    </message>
    <message>
        <source>{0} is there already. Replace it?</source>
        <translation>{0} 已存在。要替换吗？</translation>
    </message>
</context>
<context>
    <name>StylePanel</name>
    <message>
        <source>{0} of {1} lessons, {2} of {3} shoots</source>
        <translation>示范 {0} / {1}，拍摄 {2} / {3} 场</translation>
    </message>
    <message>
        <source>prediction accepted</source>
        <translation>接受了预测</translation>
    </message>
    <message>
        <source>Trains the network on your lessons, in the background.  (Ctrl+T)</source>
        <translation>在后台用您的示范训练网络。  (Ctrl+T)</translation>
    </message>
    <message>
        <source>Open folder…</source>
        <translation>打开文件夹…</translation>
    </message>
    <message>
        <source>Style</source>
        <translation>风格</translation>
    </message>
    <message>
        <source>Each style has its own lessons, edits and versions.</source>
        <translation>每个风格都有自己的示范、编辑和版本。</translation>
    </message>
    <message>
        <source>How well this style knows you, with the learning curve</source>
        <translation>这个风格有多了解您（含学习曲线）</translation>
    </message>
    <message>
        <source>Fine-tune now</source>
        <translation>立即微调</translation>
    </message>
    <message>
        <source>Roll back</source>
        <translation>回退</translation>
    </message>
    <message>
        <source>Back to the version before; lessons are kept.</source>
        <translation>回到上一个版本；示范都保留。</translation>
    </message>
    <message>
        <source>As if it had never been taught. Your edit stays.  (Delete)</source>
        <translation>如同从未教过。您的编辑会保留。 (Delete)</translation>
    </message>
    <message>
        <source>New, duplicate, rename, delete, save, load</source>
        <translation>新建、复制、重命名、删除、存储、载入</translation>
    </message>
    <message>
        <source>None yet. Correct a photo and press Enter.</source>
        <translation>暂无。修正一张照片并按 Enter。</translation>
    </message>
    <message>
        <source>Predicted → what you chose:</source>
        <translation>预测 → 您的选择：</translation>
    </message>
    <message>
        <source>Recent lessons</source>
        <translation>最近的示范</translation>
    </message>
    <message>
        <source>Forget this lesson</source>
        <translation>忘记这次示范</translation>
    </message>
    <message>
        <source>Styles</source>
        <translation>风格</translation>
    </message>
    <message>
        <source>{0} photos, {1} done</source>
        <translation>{0} 张照片，{1} 张已完成</translation>
    </message>
    <message>
        <source>1 photo, {1} done</source>
        <translation>1 张照片，{1} 张已完成</translation>
    </message>
    <message>
        <source>1 lesson</source>
        <translation>1 次示范</translation>
    </message>
    <message>
        <source>Fine-tuning needs {1} lessons of {3} shoots, some of which are kept aside as a test; there are {0} of {2}. A shoot is the photos of one folder and one day. Until then your style learns from every lesson at once.</source>
        <translation>微调需要来自 {3} 场拍摄的 {1} 次示范，其中一部分留作测试；现有来自 {2} 场拍摄的 {0} 次。一场拍摄是指同一文件夹、同一天的照片。在此之前，您的风格仍会从每次示范中立即学习。</translation>
    </message>
    <message>
        <source>Base model + your lessons</source>
        <translation>基础模型 + 您的示范</translation>
    </message>
    <message>
        <source>Show the photo</source>
        <translation>显示照片</translation>
    </message>
    <message>
        <source>Photos</source>
        <translation>照片</translation>
    </message>
    <message>
        <source>No photos open</source>
        <translation>没有打开的照片</translation>
    </message>
    <message>
        <source>Base model</source>
        <translation>基础模型</translation>
    </message>
    <message>
        <source>Version {0}</source>
        <translation>版本 {0}</translation>
    </message>
    <message>
        <source>{0} lessons</source>
        <translation>{0} 次示范</translation>
    </message>
    <message>
        <source>Match {0}</source>
        <translation>匹配度 {0}</translation>
    </message>
</context>
<context>
    <name>TrainController</name>
    <message>
        <source>starting…</source>
        <translation>正在开始…</translation>
    </message>
    <message>
        <source>Fine-tuning cancelled; nothing was changed</source>
        <translation>微调已取消；没有任何更改</translation>
    </message>
    <message>
        <source>on the {0}: {1}</source>
        <translation>使用 {0}：{1}</translation>
    </message>
</context>
<context>
    <name>ViewController</name>
    <message>
        <source>&amp;Undo {0}</source>
        <translation>撤销(&amp;U) {0}</translation>
    </message>
    <message>
        <source>&amp;Redo {0}</source>
        <translation>重做(&amp;R) {0}</translation>
    </message>
</context>
<context>
    <name>_Marker</name>
    <message>
        <source>No stars</source>
        <translation>无星级</translation>
    </message>
</context>
<context>
    <name>actions</name>
    <message>
        <source> or </source>
        <translation> 或 </translation>
    </message>
    <message>
        <source>Keyboard shortcuts</source>
        <translation>键盘快捷键</translation>
    </message>
    <message>
        <source>Learns how you edit, from the first correction, on your own machine.</source>
        <translation>从第一次修正起，就在您自己的电脑上学习您的修图方式。</translation>
    </message>
    <message>
        <source>Licence: Apache-2.0. Bundled parts:</source>
        <translation>许可证：Apache-2.0。所含组件：</translation>
    </message>
    <message>
        <source>About imgtune</source>
        <translation>关于 imgtune</translation>
    </message>
    <message>
        <source>Slider: a small step</source>
        <translation>滑块：一小步</translation>
    </message>
    <message>
        <source>arrows or wheel</source>
        <translation>方向键或滚轮</translation>
    </message>
    <message>
        <source>Slider: a step that can be seen</source>
        <translation>滑块：看得见的一步</translation>
    </message>
    <message>
        <source>Shift + arrows or wheel, PgUp / PgDn</source>
        <translation>Shift + 方向键或滚轮，PgUp / PgDn</translation>
    </message>
    <message>
        <source>Slider: type a value</source>
        <translation>滑块：键入数值</translation>
    </message>
    <message>
        <source>F2, + or -, or click the value</source>
        <translation>F2、+ 或 -，或单击数值</translation>
    </message>
    <message>
        <source>Slider: back to the prediction</source>
        <translation>滑块：回到预测值</translation>
    </message>
    <message>
        <source>Slider: back to zero</source>
        <translation>滑块：归零</translation>
    </message>
    <message>
        <source>Loupe: zoom about the pointer</source>
        <translation>放大视图：以指针为中心缩放</translation>
    </message>
    <message>
        <source>double-click it, Delete</source>
        <translation>双击，Delete</translation>
    </message>
    <message>
        <source>drag it, Alt + arrows</source>
        <translation>拖动，Alt + 方向键</translation>
    </message>
    <message>
        <source>drag outside it</source>
        <translation>在框外拖动</translation>
    </message>
    <message>
        <source>drag, Shift + arrows</source>
        <translation>拖动，Shift + 方向键</translation>
    </message>
    <message>
        <source>drag, arrows, Shift + arrows</source>
        <translation>拖动，方向键，Shift + 方向键</translation>
    </message>
    <message>
        <source>wheel, double-click</source>
        <translation>滚轮、双击</translation>
    </message>
    <message>
        <source>&amp;File</source>
        <translation>文件(&amp;F)</translation>
    </message>
    <message>
        <source>&amp;Edit</source>
        <translation>编辑(&amp;E)</translation>
    </message>
    <message>
        <source>&amp;Photo</source>
        <translation>照片(&amp;P)</translation>
    </message>
    <message>
        <source>&amp;View</source>
        <translation>视图(&amp;V)</translation>
    </message>
    <message>
        <source>&amp;Learn</source>
        <translation>学习(&amp;L)</translation>
    </message>
    <message>
        <source>&amp;Copy settings…</source>
        <translation>复制设置(&amp;C)…</translation>
    </message>
    <message>
        <source>&amp;Help</source>
        <translation>帮助(&amp;H)</translation>
    </message>
    <message>
        <source>&amp;Look for new photos</source>
        <translation>查找新照片(&amp;L)</translation>
    </message>
    <message>
        <source>&amp;Merge into another style…</source>
        <translation>并入另一风格(&amp;M)…</translation>
    </message>
    <message>
        <source>&amp;Open folder…</source>
        <translation>打开文件夹(&amp;O)…</translation>
    </message>
    <message>
        <source>&amp;Sync to selected photos…</source>
        <translation>同步到所选照片(&amp;S)…</translation>
    </message>
    <message>
        <source>A filter: only photos that you have not yet accepted or corrected, the most doubtful first.</source>
        <translation>筛选：仅显示您尚未接受或修正的照片，不确定度最高的在前。</translation>
    </message>
    <message>
        <source>Alt + double-click it, Shift + Delete</source>
        <translation>Alt + 双击，Shift + Delete</translation>
    </message>
    <message>
        <source>Before and after side &amp;by side</source>
        <translation>并排显示修改前后(&amp;B)</translation>
    </message>
    <message>
        <source>Copy the same settings a&amp;gain</source>
        <translation>再次复制相同的设置(&amp;G)</translation>
    </message>
    <message>
        <source>Crop: move it, change its size</source>
        <translation>裁剪：移动、改变大小</translation>
    </message>
    <message>
        <source>Crop: straighten</source>
        <translation>裁剪：拉直</translation>
    </message>
    <message>
        <source>Ctrl + wheel, Ctrl + plus or minus</source>
        <translation>Ctrl + 滚轮，Ctrl + 加号或减号</translation>
    </message>
    <message>
        <source>D&amp;uplicate style…</source>
        <translation>复制风格(&amp;U)…</translation>
    </message>
    <message>
        <source>Export &amp;queue</source>
        <translation>导出队列(&amp;Q)</translation>
    </message>
    <message>
        <source>F&amp;ill the view</source>
        <translation>填满(&amp;I)</translation>
    </message>
    <message>
        <source>Fi&amp;t</source>
        <translation>适合(&amp;T)</translation>
    </message>
    <message>
        <source>From photos and the finished copies that any program made of them.</source>
        <translation>从照片及任意程序生成的成品副本中学习。</translation>
    </message>
    <message>
        <source>Grid: larger or smaller pictures</source>
        <translation>网格视图：放大或缩小图片</translation>
    </message>
    <message>
        <source>Half the size, with 8 bits; not written where it would be more than 0.1 J off.</source>
        <translation>8 位，大小减半；若相差超过 0.1 J 则不写入。</translation>
    </message>
    <message>
        <source>Is it t&amp;wo styles?</source>
        <translation>是两个风格吗(&amp;W)?</translation>
    </message>
    <message>
        <source>L&amp;oad style from a file…</source>
        <translation>从文件载入风格(&amp;O)…</translation>
    </message>
    <message>
        <source>Learn from &amp;before/after pairs…</source>
        <translation>从前后对比照片学习(&amp;B)…</translation>
    </message>
    <message>
        <source>Looks whether your corrections contradict each other since some day. It only asks.</source>
        <translation>检查您的修正是否自某天起互相矛盾。只会询问,不会改动。</translation>
    </message>
    <message>
        <source>Loupe: move the divider</source>
        <translation>放大视图：移动分隔线</translation>
    </message>
    <message>
        <source>Loupe: move what is seen</source>
        <translation>放大视图：移动可见部分</translation>
    </message>
    <message>
        <source>Moves all lessons and edits of this style into another.</source>
        <translation>将此风格的所有示范和编辑移入另一风格。</translation>
    </message>
    <message>
        <source>Ne&amp;xt slider</source>
        <translation>下一个滑块(&amp;X)</translation>
    </message>
    <message>
        <source>Open &amp;photos…</source>
        <translation>打开照片(&amp;P)…</translation>
    </message>
    <message>
        <source>Open the &amp;sample photos</source>
        <translation>打开示例照片(&amp;S)</translation>
    </message>
    <message>
        <source>&amp;Export…</source>
        <translation>导出(&amp;E)…</translation>
    </message>
    <message>
        <source>&amp;Preferences…</source>
        <translation>首选项(&amp;P)…</translation>
    </message>
    <message>
        <source>&amp;Undo</source>
        <translation>撤销(&amp;U)</translation>
    </message>
    <message>
        <source>&amp;Redo</source>
        <translation>重做(&amp;R)</translation>
    </message>
    <message>
        <source>&amp;History</source>
        <translation>历史记录(&amp;H)</translation>
    </message>
    <message>
        <source>&amp;Paste settings</source>
        <translation>粘贴设置(&amp;P)</translation>
    </message>
    <message>
        <source>Settings of the pre&amp;vious photo</source>
        <translation>上一张照片的设置(&amp;V)</translation>
    </message>
    <message>
        <source>Select &amp;all photos</source>
        <translation>选择所有照片(&amp;A)</translation>
    </message>
    <message>
        <source>&amp;Accept and next</source>
        <translation>接受并转到下一张(&amp;A)</translation>
    </message>
    <message>
        <source>Teaches your style what you chose, and goes to the next photo.</source>
        <translation>把您的选择教给这个风格，并转到下一张照片。</translation>
    </message>
    <message>
        <source>&amp;Reset to prediction</source>
        <translation>复位到预测(&amp;R)</translation>
    </message>
    <message>
        <source>Puts every slider back to what the model predicts.</source>
        <translation>把所有滑块放回模型的预测值。</translation>
    </message>
    <message>
        <source>&amp;Photo as it was taken</source>
        <translation>拍摄时的照片(&amp;P)</translation>
    </message>
    <message>
        <source>&amp;White balance picker</source>
        <translation>白平衡选择器(&amp;W)</translation>
    </message>
    <message>
        <source>Click on something that should be grey.</source>
        <translation>单击应为灰色的地方。</translation>
    </message>
    <message>
        <source>&amp;Crop and straighten</source>
        <translation>裁剪和拉直(&amp;C)</translation>
    </message>
    <message>
        <source>Turn &amp;left</source>
        <translation>向左旋转(&amp;L)</translation>
    </message>
    <message>
        <source>Turn r&amp;ight</source>
        <translation>向右旋转(&amp;I)</translation>
    </message>
    <message>
        <source>W&amp;hole photo</source>
        <translation>整张照片(&amp;H)</translation>
    </message>
    <message>
        <source>Pr&amp;esets…</source>
        <translation>预设(&amp;E)…</translation>
    </message>
    <message>
        <source>Save as a prese&amp;t…</source>
        <translation>存储为预设(&amp;T)…</translation>
    </message>
    <message>
        <source>Read edits of other pro&amp;grams (.xmp)</source>
        <translation>读取其他程序的编辑（.xmp）(&amp;G)</translation>
    </message>
    <message>
        <source>&amp;Next photo</source>
        <translation>下一张照片(&amp;N)</translation>
    </message>
    <message>
        <source>Pre&amp;vious photo</source>
        <translation>上一张照片(&amp;V)</translation>
    </message>
    <message>
        <source>Next &amp;doubtful photo</source>
        <translation>下一张不确定的照片(&amp;D)</translation>
    </message>
    <message>
        <source>&amp;No stars</source>
        <translation>无星级(&amp;N)</translation>
    </message>
    <message>
        <source>S&amp;tars</source>
        <translation>星级(&amp;T)</translation>
    </message>
    <message>
        <source>&amp;Pick</source>
        <translation>选取(&amp;P)</translation>
    </message>
    <message>
        <source>F&amp;lag</source>
        <translation>旗标(&amp;L)</translation>
    </message>
    <message>
        <source>&amp;Unflag</source>
        <translation>取消旗标(&amp;U)</translation>
    </message>
    <message>
        <source>&amp;Reject</source>
        <translation>排除(&amp;R)</translation>
    </message>
    <message>
        <source>&amp;Red</source>
        <translation>红色(&amp;R)</translation>
    </message>
    <message>
        <source>&amp;Colour</source>
        <translation>色标(&amp;C)</translation>
    </message>
    <message>
        <source>&amp;Yellow</source>
        <translation>黄色(&amp;Y)</translation>
    </message>
    <message>
        <source>&amp;Green</source>
        <translation>绿色(&amp;G)</translation>
    </message>
    <message>
        <source>&amp;Blue</source>
        <translation>蓝色(&amp;B)</translation>
    </message>
    <message>
        <source>&amp;No colour</source>
        <translation>无颜色(&amp;N)</translation>
    </message>
    <message>
        <source>&amp;Loupe</source>
        <translation>放大视图(&amp;L)</translation>
    </message>
    <message>
        <source>&amp;Grid</source>
        <translation>网格视图(&amp;G)</translation>
    </message>
    <message>
        <source>&amp;Zoom to 100 %</source>
        <translation>缩放到 100 %(&amp;Z)</translation>
    </message>
    <message>
        <source>Previo&amp;us slider</source>
        <translation>上一个滑块(&amp;U)</translation>
    </message>
    <message>
        <source>Qu&amp;it</source>
        <translation>退出(&amp;I)</translation>
    </message>
    <message>
        <source>Save style as a small fi&amp;le…</source>
        <translation>将风格存储为小文件(&amp;L)…</translation>
    </message>
    <message>
        <source>Space presses it, arrows change it</source>
        <translation>空格键按下，方向键更改</translation>
    </message>
    <message>
        <source>Sync the sa&amp;me settings at once</source>
        <translation>立即同步相同的设置(&amp;M)</translation>
    </message>
    <message>
        <source>What Tab has come to</source>
        <translation>Tab 所到之处</translation>
    </message>
    <message>
        <source>Zoom &amp;in</source>
        <translation>放大(&amp;I)</translation>
    </message>
    <message>
        <source>Zoom &amp;out</source>
        <translation>缩小(&amp;O)</translation>
    </message>
    <message>
        <source>&amp;Before</source>
        <translation>修改前(&amp;B)</translation>
    </message>
    <message>
        <source>&amp;Split before and after</source>
        <translation>拆分修改前后(&amp;S)</translation>
    </message>
    <message>
        <source>Show &amp;clipping</source>
        <translation>显示溢出警告(&amp;C)</translation>
    </message>
    <message>
        <source>Most doubtful photos &amp;first</source>
        <translation>不确定度最高的照片在前(&amp;F)</translation>
    </message>
    <message>
        <source>What needs &amp;review</source>
        <translation>待检查的照片(&amp;R)</translation>
    </message>
    <message>
        <source>Show &amp;all photos</source>
        <translation>显示所有照片(&amp;A)</translation>
    </message>
    <message>
        <source>Style &amp;panel</source>
        <translation>风格面板(&amp;P)</translation>
    </message>
    <message>
        <source>&amp;Develop panel</source>
        <translation>修改照片面板(&amp;D)</translation>
    </message>
    <message>
        <source>F&amp;ilmstrip</source>
        <translation>胶片显示窗格(&amp;I)</translation>
    </message>
    <message>
        <source>&amp;Full screen</source>
        <translation>全屏(&amp;F)</translation>
    </message>
    <message>
        <source>L&amp;eave the tool or full screen</source>
        <translation>退出工具或全屏(&amp;E)</translation>
    </message>
    <message>
        <source>&amp;How well it knows you…</source>
        <translation>它有多了解您(&amp;H)…</translation>
    </message>
    <message>
        <source>&amp;Fine-tune now</source>
        <translation>立即微调(&amp;F)</translation>
    </message>
    <message>
        <source>&amp;Cancel fine-tuning</source>
        <translation>取消微调(&amp;C)</translation>
    </message>
    <message>
        <source>&amp;Roll back to the version before</source>
        <translation>回退到上一个版本(&amp;R)</translation>
    </message>
    <message>
        <source>&amp;New style…</source>
        <translation>新建风格(&amp;N)…</translation>
    </message>
    <message>
        <source>R&amp;ename style…</source>
        <translation>重命名风格(&amp;E)…</translation>
    </message>
    <message>
        <source>&amp;Delete style…</source>
        <translation>删除风格(&amp;D)…</translation>
    </message>
    <message>
        <source>Save style as a &amp;file…</source>
        <translation>将风格存储为文件(&amp;F)…</translation>
    </message>
    <message>
        <source>&amp;Keyboard shortcuts</source>
        <translation>键盘快捷键(&amp;K)</translation>
    </message>
    <message>
        <source>&amp;About imgtune</source>
        <translation>关于 imgtune(&amp;A)</translation>
    </message>
</context>
<context>
    <name>commands</name>
    <message>
        <source>Accept</source>
        <translation>接受</translation>
    </message>
    <message>
        <source>{0} photos</source>
        <translation>{0} 张照片</translation>
    </message>
    <message>
        <source>Forget a lesson</source>
        <translation>忘记一次示范</translation>
    </message>
</context>
</TS>
